import Synchronization

/// Numbers from 0 on.
final class Counter: Sendable {
    private let state = Mutex(0)

    /// How many numbers were given.
    var value: Int { state.withLock { $0 } }

    func next() -> Int {
        state.withLock { number in
            defer { number += 1 }
            return number
        }
    }
}
