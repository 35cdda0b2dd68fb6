internal import RoutingModel

/// A group as every event loop's table takes it over. Made once, shared by all of them.
struct CompiledGroup: Sendable {
    let name: String
    let policy: Balance.Policy
    let peers: [SnapshotPeer]
    let weights: [Int]

    init(name: String, _ group: SnapshotGroup) {
        self.name = name
        policy = group.policy
        peers = group.peers
        weights = group.peers.map(\.weight)
    }

    /// Whether a table that has this has nothing to change for `group`.
    func isSame(as group: SnapshotGroup) -> Bool { policy == group.policy && peers == group.peers }
}
