import HashTreeCollections
import RoutingEngine
import RoutingModel

/// Short ways to make snapshots in tests.
enum Make {
    static func group(_ peers: Int, weight: Int = 1) -> SnapshotGroup {
        SnapshotGroup(
            policy: .roundRobin,
            peers: (0..<peers).map {
                SnapshotPeer(
                    id: PeerID("static~127.0.0.1:\(9000 + $0)"), address: "127.0.0.1", port: 9000 + $0, weight: weight)
            })
    }

    static func route(
        _ name: String = "r", match: RouteMatch = RouteMatch(), split: [(String, Int)], sticky: Stickiness? = nil,
        onEmpty: OnEmpty = .redistribute, priority: Int = 0, force: [ForceRule] = []
    ) -> SnapshotRoute {
        SnapshotRoute(
            name: name, match: match, priority: priority, force: force,
            split: split.map { SnapshotSplit(group: $0.0, buckets: $0.1) }, sticky: sticky, onEmpty: onEmpty)
    }

    static func snapshot(groups: TreeDictionary<String, SnapshotGroup>, routes: [SnapshotRoute], index: Int = 1)
        -> Snapshot
    {
        Snapshot(
            index: index, revision: 1, groups: groups,
            routes: TreeDictionary(routes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }))
    }
}

extension SnapshotPeer {
    /// What a table has made of a peer, back.
    init(_ peer: Peer) {
        self.init(
            id: peer.id, address: peer.address.host, port: peer.address.port, weight: peer.weight,
            isBackup: peer.isBackup)
    }
}
