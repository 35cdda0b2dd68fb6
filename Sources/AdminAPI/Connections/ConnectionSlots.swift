internal import Synchronization

/// Counts connections.
final class ConnectionSlots: Sendable {
    private let limit: Int
    private let taken = Atomic(0)

    init(limit: Int) { self.limit = limit }

    /// False when there are as many as there may be.
    func take() -> Bool {
        if taken.wrappingAdd(1, ordering: .relaxed).newValue <= limit { return true }
        free()
        return false
    }

    func free() { taken.wrappingSubtract(1, ordering: .relaxed) }
}
