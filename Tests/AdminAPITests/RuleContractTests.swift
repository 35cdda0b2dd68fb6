import RoutingEngine
import RoutingModel
import Testing

@testable import AdminAPI

@Suite("The contract's rules, openapi.yaml")
struct RuleContractTests {
    private let contract: Contract

    init() throws { contract = try Contract() }

    @Test("The members of rules, their defaults and what is required are those of the code")
    func membersAreTheCodes() throws {
        let added = RuleDocument.addedFields
        try expect("GroupInput", Self.fullGroup, and: added)
        try expect("RouteInput", Self.fullRoute, and: added)
        try expect("ConsulSelector", ConsulSelector(service: "s"))
        try expect("StaticPeer", StaticPeer(address: "a", port: 1, isBackup: true), isDefault: ["weight"])
        try expect("Balance", Balance(policy: .consistentHash, hashOn: Stickiness(.sourceIP)))
        try expect("SplitEntry", Self.fullRoute.split[0])
        try expect("UpstreamTLS", Self.fullGroup.settings.tls, isDefault: ["verify"])
        try expect("HealthPolicy", Self.fullGroup.settings.health)
        let usual = ["consecutive_failures", "consecutive_5xx", "ejection_time", "max_ejection_time", "max_ejected"]
        try expect("PassiveHealth", PassiveHealth(), isDefault: usual)
        try expect(
            "ActiveHealth", ActiveHealth(http: .init(path: "/")),
            isDefault: ["interval", "timeout", "healthy_after", "unhealthy_after"])
        try expect("HTTPCheck", ActiveHealth.HTTPCheck(path: "/", host: "a"), isDefault: ["statuses"])
        try expect(
            "RetryPolicy", RetryPolicy(perTryTimeout: .seconds(1)),
            isDefault: ["attempts", "on", "non_idempotent", "retry_across", "budget", "min_per_second"])
        try expect("RouteTimeouts", Self.fullRoute.settings.timeouts)
        try expect("Rewrite", Self.fullRoute.settings.rewrite)
        try expect("HeaderChanges", HeaderChanges(set: ["a": ""], add: ["a": ""], remove: ["a"]))
        try expect("Mirror", Mirror(group: "g"), isDefault: ["percent"])
    }

    @Test("The members of snapshots and peers are those of the code")
    func snapshotMembersAreTheCodes() throws {
        let group = Resolver.resolve("g", Self.fullGroup, in: Catalog())
        try expect("SnapshotGroup", group.snapshot)
        try expect("SnapshotPeer", group.snapshot.peers[0])
        let route = Resolver.resolve("r", Self.fullRoute)
        try expect("SnapshotRoute", route)
        let split = try #require(contract.schema("SnapshotRoute")["properties"]?["split"]?["items"]?["properties"])
        #expect(Set(split.members.map(\.key)) == (try members(of: route.split[0])))
        try expect("Peer", group.peers[0], and: ["service", "health", "workers"])
    }

    private static let changes = HeaderChanges(remove: ["a"])

    private static let fullGroup = Group(
        consul: ConsulSelector(service: "s"), peers: [StaticPeer(address: "a", port: 1, isBackup: true)],
        balance: Balance(policy: .consistentHash, hashOn: Stickiness(.sourceIP)),
        settings: GroupSettings(
            slowStart: .seconds(1), maxConnections: 1, tls: UpstreamTLS(serverName: "a", authorities: "a"),
            health: HealthPolicy(passive: PassiveHealth(), active: ActiveHealth())))

    private static let fullRoute = Route(
        split: [SplitEntry(group: "g", weight: .whole, requestHeaders: changes, responseHeaders: changes)],
        sticky: Stickiness(.sourceIP),
        settings: RouteSettings(
            retry: RetryPolicy(),
            timeouts: RouteTimeouts(connect: .seconds(1), response: .seconds(1), idle: .seconds(1), total: .seconds(1)),
            rewrite: Rewrite(pathPrefix: "/", host: "a"), requestHeaders: changes, responseHeaders: changes,
            mirror: Mirror(group: "g")))

    private func members(of value: some Encodable) throws -> Set<String> {
        Set(try CanonicalJSON.tree(value).members.map { Array($0.keys) } ?? [])
    }

    /// Checks that a schema has the members that the value is written with.
    /// - Parameters:
    ///   - more: those that it isn't written with.
    ///   - isDefault: of these the value is the schema's `default`.
    private func expect(
        _ schema: String, _ value: some Encodable, and more: Set<String> = [], isDefault: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let node = contract.schema(schema)
        let properties = try #require(node["properties"], sourceLocation: sourceLocation)
        let names = Set(properties.members.map(\.key))
        #expect(names == (try members(of: value)).union(more), "\(schema)", sourceLocation: sourceLocation)
        let tree = try CanonicalJSON.tree(value)
        for name in isDefault {
            let written = try properties[name]?["default"].map {
                try CanonicalJSON.decode(JSONValue.self, from: $0.json())
            }
            #expect(written == tree[name], "\(schema).\(name)", sourceLocation: sourceLocation)
        }
    }
}
