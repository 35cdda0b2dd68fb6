internal import DequeModule
internal import RoutingModel

/// What the newest snapshots changed, for whoever has one of those before.
struct ChangeLog {
    private struct Entry {
        let index: Int
        let changes: SnapshotChanges
    }

    /// Without gaps in their indexes.
    private var entries: Deque<Entry> = []
    /// Names in all entries.
    private var weight = 0

    /// Beyond these the oldest entries are dropped: who is that far behind gets a whole snapshot.
    private static let longest = 4_096
    private static let heaviest = 65_536

    /// - Parameter index: one above the last one that was added.
    mutating func add(_ index: Int, _ changes: SnapshotChanges) {
        entries.append(Entry(index: index, changes: changes))
        weight += changes.count
        while entries.count > Self.longest || (weight > Self.heaviest && entries.count > 1) {
            if let oldest = entries.popFirst() { weight -= oldest.changes.count }
        }
    }

    /// What has changed after the snapshot `index`; nil when that isn't known (any more).
    func changes(after index: Int) -> SnapshotChanges? {
        guard let first = entries.first, let last = entries.last, index >= first.index - 1, index < last.index else {
            return nil
        }
        var changes = SnapshotChanges()
        for entry in entries[(entries.count - (last.index - index))...] { changes.formUnion(entry.changes) }
        return changes
    }
}
