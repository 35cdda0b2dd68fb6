internal import ControlPlane
internal import NIOCore
internal import RoutingModel
internal import Synchronization

/// The newest snapshot and its deltas in the form that is sent: one buffer that all who get it share.
final class SharedBodies: Sendable {
    private struct State {
        var newest: PublishedSnapshot?
        var whole: ByteBuffer?
        var deltas: [ObjectIdentifier: (update: PublishedUpdate, body: ByteBuffer)] = [:]
    }

    private let state = Mutex(State())

    /// - Parameter isDelta: whether less than the whole will do.
    func body(of update: PublishedUpdate, isDelta: Bool) -> ByteBuffer {
        isDelta && update.isDelta ? delta(update) : whole(update.published)
    }

    private func whole(_ published: PublishedSnapshot) -> ByteBuffer {
        if let known = state.withLock({ $0.newest === published ? $0.whole : nil }) { return known }
        let made = ByteBuffer(bytes: published.body())
        keep(published) { $0.whole = made }
        return made
    }

    private func delta(_ update: PublishedUpdate) -> ByteBuffer {
        let id = ObjectIdentifier(update)
        if let known = state.withLock({ $0.deltas[id]?.body }) { return known }
        let made = ByteBuffer(bytes: update.body())
        // With the update itself: its identity must not be another's while it is here.
        keep(update.published) { if $0.deltas.count < 64 { $0.deltas[id] = (update, made) } }
        return made
    }

    private func keep(_ published: PublishedSnapshot, _ note: (inout State) -> Void) {
        state.withLock { state in
            if let newest = state.newest, newest !== published {
                guard newest.snapshot.index < published.snapshot.index else { return }
                state = State()
            }
            state.newest = published
            note(&state)
        }
    }
}
