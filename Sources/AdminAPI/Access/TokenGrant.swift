internal import Foundation
internal import RoutingModel
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A stored token while the process runs: whether it still opens anything, when it was used, and who wants to know of
/// its end.
final class TokenGrant: Sendable {
    private struct State {
        var revokedAt: Timestamp?
        var hasEnded = false
        var lastAction = 0
        var actions: [Int: @Sendable () -> Void] = [:]
    }

    let record: TokenRecord
    private let expiry: Int64
    private let used: Atomic<Int64>
    private let stored: Atomic<Int64>
    private let isOver: Atomic<Bool>
    private let state: Mutex<State>

    init(_ record: TokenRecord) {
        self.record = record
        expiry = record.expiresAt?.milliseconds ?? .max
        used = Atomic(record.lastUsedAt?.milliseconds ?? 0)
        stored = Atomic(record.lastUsedAt?.milliseconds ?? 0)
        isOver = Atomic(record.revokedAt != nil)
        state = Mutex(State(revokedAt: record.revokedAt, hasEnded: record.revokedAt != nil))
    }

    /// Whether it was revoked or has expired.
    var hasEnded: Bool { isOver.load(ordering: .acquiring) || (expiry != .max && Self.now() >= expiry) }

    var revokedAt: Timestamp? { state.withLock { $0.revokedAt } }

    var isExpired: Bool { expiry != .max && Self.now() >= expiry }

    // MARK: Use

    func touch() { used.store(Self.now(), ordering: .relaxed) }

    var lastUsedAt: Timestamp? {
        let at = used.load(ordering: .relaxed)
        return at == 0 ? nil : Timestamp(milliseconds: at)
    }

    /// When it was used last, if the store doesn't know that yet.
    var unstoredUse: Timestamp? {
        let at = used.load(ordering: .relaxed)
        return at > stored.load(ordering: .relaxed) ? Timestamp(milliseconds: at) : nil
    }

    func wasStored(_ at: Timestamp) { stored.store(at.milliseconds, ordering: .relaxed) }

    // MARK: The end

    /// Ends what the token opened, when it has expired.
    func endIfExpired() { if isExpired { end() } }

    func revoke(at: Timestamp) {
        state.withLock { $0.revokedAt = at }
        end()
    }

    private func end() {
        isOver.store(true, ordering: .releasing)
        let actions = state.withLock { state in
            state.hasEnded = true
            defer { state.actions = [:] }
            return state.actions.values.map { $0 }
        }
        for action in actions { action() }
    }

    /// Has `action` called once when the token ends; at once when it has ended. It must hand on and return.
    /// - Returns: what `forget` takes.
    func whenEnded(_ action: @escaping @Sendable () -> Void) -> Int {
        let number = state.withLock { state -> Int? in
            guard !state.hasEnded else { return nil }
            state.lastAction += 1
            state.actions[state.lastAction] = action
            return state.lastAction
        }
        if let number { return number }
        action()
        return 0
    }

    /// The action isn't wanted any more.
    func forget(_ number: Int) { state.withLock { $0.actions[number] = nil } }

    /// Milliseconds since 1970, some milliseconds behind: cheap, since it is asked for each question.
    private static func now() -> Int64 {
        #if os(Linux)
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
        #else
        return Timestamp.now().milliseconds
        #endif
    }
}
