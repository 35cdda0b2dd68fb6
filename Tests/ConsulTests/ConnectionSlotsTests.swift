import Synchronization
import TestKit
import Testing

@testable import Consul

@Suite("Questions at once are bounded, and all get their turn")
struct ConnectionSlotsTests {
    /// How many are at it now, and the most there ever were.
    private final class Gauge: Sendable {
        private let state = Mutex((now: 0, most: 0, done: 0))
        func enter() {
            state.withLock {
                $0.now += 1; $0.most = max($0.most, $0.now)
            }
        }
        func leave() {
            state.withLock {
                $0.now -= 1; $0.done += 1
            }
        }
        var most: Int { state.withLock { $0.most } }
        var now: Int { state.withLock { $0.now } }
        var done: Int { state.withLock { $0.done } }
    }

    @Test("never more than the limit, and everybody comes through")
    func bound() async throws {
        let slots = ConnectionSlots(3)
        let gauge = Gauge()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await slots.use {
                        gauge.enter()
                        await Task.yield()
                        gauge.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(gauge.most <= 3)
        #expect(gauge.done == 200)
    }

    @Test("one who is cancelled while waiting goes on at once, and its place is not lost")
    func cancellation() async throws {
        let slots = ConnectionSlots(1)
        let gauge = Gauge()
        let holder = Task {
            try await slots.use {
                gauge.enter()
                await neverEnding()
                gauge.leave()
            }
        }
        try await eventually("the slot is taken") { gauge.now == 1 }
        let waiter = Task { try await slots.use {} }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        holder.cancel()
        _ = try? await holder.value
        try await within(.seconds(10), "the next turn") { try await slots.use {} }
    }
}
