internal import HashTreeCollections
internal import RoutingModel

/// How many peers of all groups listen at each address: tells which addresses nobody has any more, at a cost that
/// grows with what changes and not with what there is.
struct AddressCounts: Sendable {
    private var counts: TreeDictionary<PeerAddress, Int> = [:]

    /// A group's peers change from `old` to `new`.
    /// - Parameter left: is given the addresses that lost a peer; ask `isGone` once all groups are through.
    mutating func change(from old: [SnapshotPeer], to new: [SnapshotPeer], left: inout Set<PeerAddress>) {
        if old.isEmpty {
            for peer in new { counts[PeerAddress(peer), default: 0] += 1 }
            return
        }
        // Mostly one of many differs.
        var difference: [PeerAddress: Int] = [:]
        for peer in old { difference[PeerAddress(peer), default: 0] -= 1 }
        for peer in new { difference[PeerAddress(peer), default: 0] += 1 }
        for (address, change) in difference where change != 0 {
            let count = counts[address, default: 0] + change
            counts[address] = count > 0 ? count : nil
            if change < 0 { left.insert(address) }
        }
    }

    /// Whether no group has a peer there.
    func isGone(_ address: PeerAddress) -> Bool { counts[address] == nil }
}
