internal import RoutingModel

/// How many requests of one route one event loop may send again: a share of the requests of the last ten seconds, so
/// that retries can't multiply the load of peers that fail because of it, and some a second whatever the share. Pure
/// and without allocation: one lane for each second.
struct RetryBudget {
    /// A second's counters are at its number modulo 16; the ten that count are added up.
    private var requests = SIMD16<UInt32>()
    private var retries = SIMD16<UInt32>()
    /// The newest second, in seconds of the caller's clock.
    private var second: UInt64 = 0
    /// Of the seconds in the window.
    private(set) var windowRequests: UInt64 = 0
    private(set) var windowRetries: UInt64 = 0
    /// Of 10,000.
    private let share: UInt64
    private let minPerSecond: UInt32

    /// Seconds that count, the one that is running included.
    static let window: UInt64 = 10

    /// - Parameter loops: among how many event loops the policy's `min_per_second` is divided, rounded up; at least 1.
    init(_ policy: RetryPolicy, loops: Int = 1) {
        share = UInt64(policy.budget.basisPoints)
        let loops = max(1, loops)
        minPerSecond = UInt32(clamping: (max(0, policy.minPerSecond) + loops - 1) / loops)
    }

    /// A request has begun; not called for retries.
    /// - Parameter now: nanoseconds of a clock that doesn't go back.
    mutating func requested(at now: UInt64) {
        roll(to: now / 1_000_000_000)
        requests[Self.lane(second)] &+= 1
        windowRequests &+= 1
    }

    /// Whether a request may be sent again; if so, it is counted.
    /// - Parameter now: as for `requested`.
    mutating func mayRetry(at now: UInt64) -> Bool {
        roll(to: now / 1_000_000_000)
        let lane = Self.lane(second)
        guard retries[lane] < minPerSecond || windowRetries * 10_000 + 10_000 <= windowRequests * share else {
            return false
        }
        retries[lane] &+= 1
        windowRetries &+= 1
        return true
    }

    private static func lane(_ second: UInt64) -> Int { Int(truncatingIfNeeded: second & 15) }

    /// Drops the seconds that have left the window.
    private mutating func roll(to newest: UInt64) {
        guard newest > second else { return }
        if newest - second >= Self.window {
            requests = .zero
            retries = .zero
            windowRequests = 0
            windowRetries = 0
            second = newest
            return
        }
        while second < newest {
            second += 1
            // The second that leaves; before the clock's tenth second its lane has never been used.
            let leaving = Self.lane(second &- Self.window)
            windowRequests -= UInt64(requests[leaving])
            windowRetries -= UInt64(retries[leaving])
            requests[leaving] = 0
            retries[leaving] = 0
        }
    }
}
