internal import Dispatch
internal import Synchronization

/// Work on all cores, for the one time when a start waits for nothing else.
enum Parallel {
    /// What `transform` makes of each of `items`, in their order.
    /// - Throws: the error of the first item that has one.
    static func map<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ transform: @Sendable (Item) throws -> Result
    ) throws -> [Result] {
        // Large enough to cost nothing, small enough that no core ends long after the other.
        let size = 256
        let parts = Mutex<[Int: Swift.Result<[Result], any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: (items.count + size - 1) / size) { number in
            let part = Swift.Result {
                try items[(number * size)..<min((number + 1) * size, items.count)].map(transform)
            }
            parts.withLock { $0[number] = part }
        }
        return try parts.withLock { $0 }.sorted { $0.key < $1.key }.flatMap { try $0.value.get() }
    }

    /// Runs `work` on a thread of its own, beside the caller.
    /// - Returns: waits for it and gives what it gave.
    static func start<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) -> () throws -> Result {
        let outcome = Outcome<Result>()
        let group = DispatchGroup()
        // A queue of its own: a shared one may have all its threads waiting, this caller among them.
        DispatchQueue(label: "store.parallel").async(group: group) {
            let result = Swift.Result(catching: work)
            outcome.value.withLock { $0 = result }
        }
        return {
            group.wait()
            guard let result = outcome.value.withLock({ $0 }) else { throw CancellationError() }
            return try result.get()
        }
    }

    private final class Outcome<Result: Sendable>: Sendable {
        let value = Mutex<Swift.Result<Result, any Error>?>(nil)
    }
}
