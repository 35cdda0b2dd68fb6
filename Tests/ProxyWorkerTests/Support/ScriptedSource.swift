import ProxyWorker
import RoutingModel
import Synchronization

/// A source whose snapshots a test publishes; notes what the worker says.
final class ScriptedSource: SnapshotSource {
    private struct State {
        var current: SnapshotUpdate?
        var acknowledged: [Int] = []
        var refused: [(index: Int, reason: String)] = []
        var asked = 0
    }

    private let state: Mutex<State>

    init(_ first: Snapshot? = nil) { state = Mutex(State(current: first.map { SnapshotUpdate($0) })) }

    /// - Parameter changes: where it differs from what the worker enforces then; nil: anywhere.
    func publish(_ snapshot: Snapshot, changes: SnapshotChanges? = nil) {
        state.withLock { $0.current = SnapshotUpdate(snapshot, changes: changes) }
    }

    var acknowledged: [Int] { state.withLock { $0.acknowledged } }
    var refused: [(index: Int, reason: String)] { state.withLock { $0.refused } }
    var asked: Int { state.withLock { $0.asked } }

    func next(after applied: Int) async throws -> SnapshotUpdate {
        state.withLock {
            $0.asked += 1
            if $0.acknowledged.last != applied { $0.acknowledged.append(applied) }
        }
        while true {
            if let current = state.withLock({ $0.current }), current.snapshot.index != applied {
                return current
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func nack(index: Int, reason: String) async { state.withLock { $0.refused.append((index, reason)) } }
}
