internal import RoutingModel

/// How a group's peers differ from those that it had, worked out off the event loops. Places are those in the lists of
/// the snapshots.
struct GroupDifference: Sendable {
    /// For each peer the place that the same one, by id and address, had; -1 of those that are new.
    private(set) var kept: [Int32] = []
    /// New peers.
    private(set) var joined: [Int] = []
    /// Old places of those that left.
    private(set) var left: [Int] = []
    /// Peers that are the same, and weigh otherwise or have another role.
    private(set) var changed: [Int] = []

    /// - Parameter old: nil when there was no such group.
    init(from old: [SnapshotPeer]?, to new: [SnapshotPeer]) {
        let old = old ?? []
        kept.reserveCapacity(new.count)
        var places: [PeerID: Int] = [:]
        // Mostly the list goes on as it was: what is ordered needs no looking up.
        var next = 0
        var isKept = Array(repeating: false, count: old.count)
        for (place, peer) in new.enumerated() {
            var found = next < old.count && old[next].id == peer.id && !isKept[next] ? next : nil
            if found == nil, !old.isEmpty {
                if places.isEmpty { for (place, peer) in old.enumerated() { places[peer.id] = place } }
                found = places[peer.id]
            }
            guard let found, !isKept[found], Self.isSame(old[found], peer) else {
                kept.append(-1)
                joined.append(place)
                if let found, found == next { next += 1 }
                continue
            }
            isKept[found] = true
            next = found + 1
            kept.append(Int32(truncatingIfNeeded: found))
            if old[found].weight != peer.weight || old[found].isBackup != peer.isBackup { changed.append(place) }
        }
        left = isKept.indices.filter { !isKept[$0] }
    }

    private static func isSame(_ one: SnapshotPeer, _ other: SnapshotPeer) -> Bool {
        one.port == other.port && one.address == other.address
    }
}
