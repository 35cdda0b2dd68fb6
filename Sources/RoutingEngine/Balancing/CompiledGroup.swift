internal import RoutingModel

/// A group as every event loop's table takes it over. Made once, off the loops, shared by all of them.
final class CompiledGroup {
    let name: String
    let source: SnapshotGroup
    let primary: Tier
    let backup: Tier
    /// The key of consistent hashing.
    let key: CompiledKey?
    private let memory: CompiledMemory

    var peers: [SnapshotPeer] { source.peers }

    init(name: String, _ group: SnapshotGroup) {
        self.name = name
        source = group
        let memory = CompiledMemory()
        primary = Tier(group.peers, areBackups: false, policy: group.policy, in: memory)
        backup = Tier(group.peers, areBackups: true, policy: group.policy, in: memory)
        key = group.policy == .consistentHash ? group.hashOn.map { CompiledKey($0, salt: name, in: memory) } : nil
        self.memory = memory
    }

    /// Whether a table that has this has nothing to change for `group`.
    func isSame(as group: SnapshotGroup) -> Bool { source == group }
}

// What its pointers lead to is written before it is made, and never after.
extension CompiledGroup: @unchecked Sendable {}
