package import RoutingModel

/// Where a worker's snapshots come from: the control plane in the same process, or one over HTTP.
package protocol SnapshotSource: Sendable {
    /// The next snapshot; waits until there is one.
    /// - Parameter applied: the index that is in force, 0 for none. Asking says that it is applied.
    /// - Throws: `CancellationError`; any other error makes the worker ask again after a while.
    func next(after applied: Int) async throws -> SnapshotUpdate

    /// Says that a snapshot could not be applied, and why; the one before stays in force.
    func nack(index: Int, reason: String) async
}
