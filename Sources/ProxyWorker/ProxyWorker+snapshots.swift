internal import HashTreeCollections
internal import Logging
internal import NIOCore
internal import RoutingEngine
internal import RoutingModel
internal import Synchronization

extension ProxyWorker {
    /// Asks for snapshots and puts them into force, until the task is cancelled. Listens after the first one.
    /// - Throws: `CancellationError`, or why it can't listen.
    func followSnapshots(
        _ loops: [LoopHandle], _ checker: HealthChecker, _ certificates: ServerCertificates?
    ) async throws {
        var compiler = TableCompiler()
        var applied = 0
        var isListening = false
        var refused: Snapshot?
        var backoff = Backoff()
        while true {
            try Task.checkCancellation()
            let update: SnapshotUpdate
            do {
                update = try await source.next(after: applied)
            } catch {
                try Task.checkCancellation()
                logger.warning("no snapshot", metadata: ["worker": "\(id)", "error": "\(error)"])
                try await Task.sleep(for: backoff.next())
                continue
            }
            let snapshot = update.snapshot
            if snapshot == refused {
                // The source has nothing newer than what was refused, and says so at once.
                try await Task.sleep(for: backoff.next())
                continue
            }
            do {
                try await apply(update, &compiler, to: loops, checker)
            } catch let error as CompileError {
                logger.error(
                    "snapshot refused",
                    metadata: ["worker": "\(id)", "index": "\(snapshot.index)", "error": "\(error)"]
                )
                refused = snapshot
                await source.nack(index: snapshot.index, reason: error.reason)
                continue
            }
            applied = snapshot.index
            refused = nil
            backoff.reset()
            state.withLock { $0.appliedIndex = snapshot.index }
            if !isListening {
                try await listen(loops, certificates)
                isListening = true
            }
        }
    }

    /// Compiles what is different, once, and puts it into force on every loop only if all of it compiles.
    private func apply(
        _ update: SnapshotUpdate, _ compiler: inout TableCompiler, to loops: [LoopHandle], _ checker: HealthChecker
    ) async throws {
        let change = try compiler.compile(update)
        keepTLS(for: update)
        let swaps = loops.map { loop in
            let prepared = change.prepared()
            return loop.eventLoop.submit { loop.proxy.value.apply(prepared) }
        }
        // What is out of force is freed here, not on the loops.
        for swap in swaps { _ = try await swap.get() }
        health.follow(update)
        checker.follow(update)
    }

    /// Makes ready what connections to peers with TLS need, when that may have changed.
    private func keepTLS(for update: SnapshotUpdate) {
        let groups = update.snapshot.groups
        let mayDiffer = update.changes.map { $0.groups.contains { groups[$0]?.settings.tls != nil } } ?? true
        guard mayDiffer || upstreamTLS.count > 0 else { return }
        let problems = upstreamTLS.keep(
            groups.values.compactMap(\.settings.tls),
            nameless: groups.values.compactMap { CheckTarget.namelessTLS(of: $0.settings) })
        for problem in problems {
            logger.error("peers can't be connected to", metadata: ["error": "\(problem)"])
        }
    }
}
