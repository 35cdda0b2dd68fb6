internal import RoutingModel

/// The primary peers of a group, or its backups, with what its policy looks things up in. Made once, off the event
/// loops, shared by all of them.
struct Tier {
    /// Places in the group.
    let members: UnsafeBufferPointer<Int32>
    /// Whether all weigh the same.
    let isUniform: Bool
    /// The members' weights, for round robin whose order would be long; else empty.
    let weights: UnsafeBufferPointer<Int>
    /// Round robin's order; empty when it would be long.
    let order: UnsafeBufferPointer<Int32>
    /// For drawing by weight; empty when all weigh the same.
    let cells: UnsafeBufferPointer<AliasTable.Cell>
    /// Places in `members`, for consistent hashing.
    let owners: UnsafeBufferPointer<UInt16>

    /// - Parameter memory: keeps what it points to.
    init(_ peers: [SnapshotPeer], areBackups: Bool, policy: Balance.Policy, in memory: CompiledMemory) {
        let places = peers.indices.filter { peers[$0].isBackup == areBackups }
        // What a snapshot says is not to be relied on: a weight of 0 would be divided by.
        let weights = places.map { max(1, peers[$0].weight) }
        members = memory.list(places.map { Int32(truncatingIfNeeded: $0) })
        isUniform = weights.allSatisfy { $0 == weights.first }
        if policy != .roundRobin {
            order = UnsafeBufferPointer(start: nil, count: 0)
        } else if isUniform {
            order = members
        } else {
            order = memory.list(WeightedOrder.places(weights).map { Int32(truncatingIfNeeded: places[$0]) })
        }
        self.weights =
            policy == .roundRobin && order.isEmpty ? memory.list(weights) : UnsafeBufferPointer(start: nil, count: 0)
        cells =
            policy == .roundRobin || isUniform
            ? UnsafeBufferPointer(start: nil, count: 0) : memory.list(AliasTable.cells(weights))
        owners =
            policy == .consistentHash
            ? memory.list(MaglevTable.owners(places.map { peers[$0].id.description }, weights))
            : UnsafeBufferPointer(start: nil, count: 0)
    }
}
