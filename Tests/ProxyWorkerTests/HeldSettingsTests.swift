import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

@testable import ProxyWorker

@Suite("A worker keeps the settings of groups and routes")
struct HeldSettingsTests {
    private static let group = SnapshotGroup(
        policy: .consistentHash,
        peers: [SnapshotPeer(id: PeerID("n~a"), address: "10.0.0.1", port: 80, weight: 1, isBackup: true)],
        hashOn: Stickiness(.header("x-user"), salt: "g"),
        settings: GroupSettings(
            slowStart: .seconds(30), maxConnections: 9, tls: UpstreamTLS(serverName: "a.test"),
            health: HealthPolicy(passive: PassiveHealth(), active: ActiveHealth(http: .init(path: "/up")))))

    private static let changes = HeaderChanges(set: ["x": "y"], add: ["a": "b"], remove: ["c"])

    private static let route = SnapshotRoute(
        name: "r", match: RouteMatch(), priority: 0, force: [],
        split: [SnapshotSplit(group: "g", buckets: 10_000, requestHeaders: changes, responseHeaders: changes)],
        sticky: nil, onEmpty: .fail,
        settings: RouteSettings(
            retry: RetryPolicy(perTryTimeout: .seconds(1)), timeouts: RouteTimeouts(total: .seconds(9)),
            rewrite: Rewrite(pathPrefix: "/v2", host: "b.test"), requestHeaders: changes, responseHeaders: changes,
            mirror: Mirror(group: "next")))

    @Test("as they come over the wire, in deltas, and from its file")
    func kept() throws {
        let next = SnapshotGroup(policy: .roundRobin, peers: [])
        let snapshot = Snapshot(
            index: 3, revision: 2, groups: ["g": Self.group, "next": next], routes: ["r": Self.route])
        let held = try HeldSnapshot.empty.following(
            RoutingDocument(Array(snapshot.document().utf8)), keepsTexts: true
        ).0
        #expect(held.snapshot == snapshot)
        #expect(try HeldSnapshot.empty.following(RoutingDocument(held.document()), keepsTexts: true).0.isSame(as: held))

        let group = SnapshotGroup(policy: .consistentHash, peers: [], hashOn: Self.group.hashOn)
        var digest = SnapshotDigest()
        digest.add(.group, name: "g", text: group.text)
        digest.add(.group, name: "next", text: next.text)
        digest.add(.route, name: "r", text: Self.route.text)
        let delta =
            #"{"delta_from":3,"digest":"\#(digest)","groups":{"g":\#(String(decoding: group.text, as: UTF8.self))},"#
            + #""index":4,"revision":3,"routes":{}}"#
        let (later, changes) = try held.following(RoutingDocument(Array(delta.utf8)), keepsTexts: true)
        #expect(changes == SnapshotChanges(groups: ["g"]))
        #expect(later.snapshot.groups["g"] == group)
        #expect(later.snapshot.routes["r"] == Self.route)
    }
}
