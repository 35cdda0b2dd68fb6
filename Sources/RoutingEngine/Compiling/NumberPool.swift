internal import Synchronization

/// Gives out the smallest numbers that nobody has.
final class NumberPool: Sendable {
    private struct State {
        /// Given back.
        var free: [Int] = []
        var next = 0
    }

    private let state = Mutex(State())

    /// A number for as long as the lease is held.
    func lease() -> NumberLease {
        let number = state.withLock { state in
            if let number = state.free.popLast() { return number }
            defer { state.next += 1 }
            return state.next
        }
        return NumberLease(number: number, pool: self)
    }

    fileprivate func takeBack(_ number: Int) { state.withLock { $0.free.append(number) } }
}

/// A number that nobody else has for as long as this is held.
final class NumberLease: Sendable {
    let number: Int
    private let pool: NumberPool

    fileprivate init(number: Int, pool: NumberPool) {
        self.number = number
        self.pool = pool
    }

    deinit { pool.takeBack(number) }
}
