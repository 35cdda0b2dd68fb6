/// Bounds how many questions are with Consul at once, first come, first served.
///
/// An agent closes every connection of a client above 200 (`limits.http_max_conns_per_client`), and everything on one
/// host is one client to it: a watcher that took them all would keep the host's own services from registering.
actor ConnectionSlots {
    private let limit: Int
    private var used = 0
    private var waiting: [(id: Int, continuation: CheckedContinuation<Void, Never>)] = []
    private var nextID = 0

    init(_ limit: Int) { self.limit = max(1, limit) }

    /// Runs `body` when there is a slot.
    /// - Throws: `CancellationError` when the task was cancelled while it waited; what `body` throws.
    nonisolated func use<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        await acquire()
        do {
            try Task.checkCancellation()
            let value = try await body()
            await release()
            return value
        } catch {
            await release()
            throw error
        }
    }

    private func acquire() async {
        if used < limit {
            used += 1
            return
        }
        let id = nextID
        nextID += 1
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiting.append((id, $0)) }
        } onCancel: {
            Task { await self.letGo(id) }
        }
    }

    /// Hands the slot on, or gives it back.
    private func release() {
        guard waiting.isEmpty else { return waiting.removeFirst().continuation.resume() }
        used -= 1
    }

    /// A cancelled waiter goes on at once; it gives back the slot that it is counted for here.
    private func letGo(_ id: Int) {
        guard let place = waiting.firstIndex(where: { $0.id == id }) else { return }
        used += 1
        waiting.remove(at: place).continuation.resume()
    }
}
