internal import Logging
internal import NIOCore
internal import RoutingEngine
internal import RoutingModel
internal import Synchronization

extension ProxyWorker {
    /// Asks for snapshots and puts them into force, until the task is cancelled. Listens after the first one.
    /// - Throws: `CancellationError`, or why it can't listen.
    func followSnapshots(_ loops: [LoopHandle]) async throws {
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
                try await apply(update, &compiler, to: loops)
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
                try await listen(loops)
                isListening = true
            }
        }
    }

    /// Compiles what is different, once, and puts it into force on every loop only if all of it compiles.
    private func apply(_ update: SnapshotUpdate, _ compiler: inout TableCompiler, to loops: [LoopHandle]) async throws {
        let change = try compiler.compile(update)
        let swaps = loops.map { loop in
            let prepared = change.prepared()
            return loop.eventLoop.submit { loop.proxy.value.apply(prepared) }
        }
        // What is out of force is freed here, not on the loops.
        for swap in swaps { _ = try await swap.get() }
    }
}
