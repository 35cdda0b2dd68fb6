internal import ControlPlane
internal import ServiceLifecycle

extension ControlPlane {
    /// As `update`, but no longer than until the server is to end: it waits for every request in flight, and those that
    /// are held must not keep it.
    nonisolated func heldUpdate(
        after index: Int?, wait: Duration, worker: WorkerIdentity? = nil
    ) async -> PublishedUpdate? {
        await withGracefulShutdownHandler {
            await update(after: index, wait: wait, worker: worker)
        } onGracefulShutdown: {
            Task { await self.releaseWatchers() }
        }
    }
}
