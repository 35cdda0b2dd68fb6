internal import ControlPlane
internal import ServiceLifecycle

extension ControlPlane {
    /// As `update`, but no longer than until the server is to end: it waits for every request in flight, and those that
    /// are held must not keep it.
    /// - Throws: `AccessRefusal` as soon as the token of `principal` ends.
    nonisolated func heldUpdate(
        after index: Int?, wait: Duration, worker: WorkerIdentity? = nil, for principal: Principal? = nil
    ) async throws -> PublishedUpdate? {
        try await withGracefulShutdownHandler {
            guard let grant = principal?.grant else { return await update(after: index, wait: wait, worker: worker) }
            let asking = Task { await self.update(after: index, wait: wait, worker: worker) }
            let watch = grant.whenEnded { asking.cancel() }
            defer { grant.forget(watch) }
            let update = await withTaskCancellationHandler {
                await asking.value
            } onCancel: {
                asking.cancel()
            }
            guard !grant.hasEnded else { throw AccessRefusal.wrong }
            return update
        } onGracefulShutdown: {
            Task { await self.releaseWatchers() }
        }
    }
}
