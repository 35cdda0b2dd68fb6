internal import ControlPlane
internal import NIOCore
internal import RoutingModel
internal import Synchronization

/// The newest snapshot's bytes in the form that is sent: one buffer that all who wait for it share.
final class SnapshotBodies: Sendable {
    private let newest = Mutex<(index: Int, body: ByteBuffer)?>(nil)

    /// - Throws: as `PublishedSnapshot.body`.
    func body(of published: PublishedSnapshot) throws -> ByteBuffer {
        let index = published.snapshot.index
        if let known = newest.withLock({ $0 }), known.index == index { return known.body }
        let made = ByteBuffer(bytes: try published.body())
        newest.withLock { known in
            if known.map({ $0.index < index }) ?? true { known = (index, made) }
        }
        return made
    }
}
