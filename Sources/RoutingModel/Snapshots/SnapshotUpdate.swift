/// A snapshot for a worker that enforces an older one.
package struct SnapshotUpdate: Hashable, Sendable {
    package let snapshot: Snapshot
    /// Where it may differ from the snapshot that the worker enforces; nil: anywhere.
    package let changes: SnapshotChanges?

    package init(_ snapshot: Snapshot, changes: SnapshotChanges? = nil) {
        self.snapshot = snapshot
        self.changes = changes
    }
}
