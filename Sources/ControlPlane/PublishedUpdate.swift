package import RoutingModel
internal import Synchronization

/// The newest snapshot for those who have a certain older one: shared by all of them.
package final class PublishedUpdate: Sendable {
    package let published: PublishedSnapshot
    /// The index that they have.
    package let base: Int?
    /// Where the snapshot may differ from that one; nil when that isn't known any more.
    package let changes: SnapshotChanges?
    private let encoded = Mutex<[UInt8]?>(nil)

    package var snapshot: Snapshot { published.snapshot }

    init(_ published: PublishedSnapshot, base: Int?, changes: SnapshotChanges?) {
        self.published = published
        self.base = base
        self.changes = changes
    }

    /// Whether there is less to send than the whole.
    package var isDelta: Bool { base != nil && changes != nil }

    /// The worker protocol's delta, or the whole snapshot where there is none.
    package func body() -> [UInt8] {
        guard let base, let changes else { return published.body() }
        return encoded.withLock { bytes in
            if let bytes { return bytes }
            let made = published.delta(from: base, changes)
            bytes = made
            return made
        }
    }
}
