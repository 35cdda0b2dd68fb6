internal import NIOCore
internal import Synchronization

/// Brings together what the event loops of a worker count.
package final class TrafficCollector: Sendable {
    private struct Loop {
        let eventLoop: any EventLoop
        let table: NIOLoopBound<TrafficTable>
    }

    private struct State {
        var loops: [Loop] = []
        var totals: TrafficTotals
    }

    private let state: Mutex<State>
    /// Entries that are taken from a loop in one go.
    private static let piece = 1_024

    package init(budget: Int = TrafficTotals.budget) { state = Mutex(State(totals: TrafficTotals(budget: budget))) }

    /// A loop's table is one of those to be collected from now on. Called on that loop.
    func add(_ table: TrafficTable, on eventLoop: any EventLoop) {
        let loop = Loop(eventLoop: eventLoop, table: NIOLoopBound(table, eventLoop: eventLoop))
        state.withLock { $0.loops.append(loop) }
    }

    /// Takes what the loops have counted since last time.
    package func collect() async {
        for loop in state.withLock({ $0.loops }) {
            var left = Self.piece * 64
            while left > 0 {
                let deltas = try? await loop.eventLoop.submit { loop.table.value.take(Self.piece) }.get()
                guard let deltas else { break }
                state.withLock { $0.totals.add(deltas, at: .now) }
                // Busy loops count on meanwhile: at some time it must be enough.
                left = deltas.count < Self.piece ? 0 : left - Self.piece
            }
        }
    }

    /// Collects once more; from now on there are no loops to ask.
    func finish() async {
        await collect()
        state.withLock { $0.loops = [] }
    }

    /// What has been collected, as of now.
    package var totals: TrafficTotals { state.withLock { $0.totals } }

    /// Gives up what has had no traffic for long.
    /// - Parameter told: the version of the totals that the control plane knows.
    func expire(told: Int) { state.withLock { $0.totals.expire(at: .now, told: told) } }
}
