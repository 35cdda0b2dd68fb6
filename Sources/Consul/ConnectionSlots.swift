/// Bounds how many questions are with Consul at once, first come, first served.
///
/// An agent closes every connection of a client above 200 (`limits.http_max_conns_per_client`), and everything on one
/// host is one client to it: a watcher that took them all would keep the host's own services from registering.
actor ConnectionSlots {
    private let limit: Int
    private var used = 0
    /// By their numbers; those below `first` have gone on.
    private var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
    private var first = 0
    private var nextID = 0

    init(_ limit: Int) { self.limit = max(1, limit) }

    /// Runs `body` when there is a slot.
    /// - Throws: `CancellationError` when the task was cancelled while it waited; what `body` throws.
    nonisolated func use<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        guard await acquire() else { throw CancellationError() }
        do {
            let value = try await body()
            await release()
            return value
        } catch {
            await release()
            throw error
        }
    }

    /// - Returns: false when the task was cancelled; then there is nothing to release.
    private func acquire() async -> Bool {
        if Task.isCancelled { return false }
        if used < limit {
            used += 1
            return true
        }
        let id = nextID
        nextID += 1
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiting[id] = $0 }
        } onCancel: {
            Task { await self.letGo(id) }
        }
    }

    /// Hands the slot on, or gives it back.
    private func release() {
        while first < nextID {
            defer { first += 1 }
            if let next = waiting.removeValue(forKey: first) { return next.resume(returning: true) }
        }
        used -= 1
    }

    /// A cancelled waiter goes on at once, without a slot.
    private func letGo(_ id: Int) { waiting.removeValue(forKey: id)?.resume(returning: false) }
}
