internal import HashTreeCollections
internal import Logging
internal import NIOCore
internal import RoutingEngine
internal import RoutingModel
internal import Synchronization

extension ProxyWorker {
    /// Asks for snapshots and puts them into force, until the task is cancelled. Listens after the first one.
    /// - Throws: `CancellationError`, or why it can't listen.
    func followSnapshots(_ loops: [LoopHandle]) async throws {
        var applied = 0
        var isListening = false
        var refused: Snapshot?
        var backoff = Backoff()
        while true {
            try Task.checkCancellation()
            let snapshot: Snapshot
            do {
                snapshot = try await source.next(after: applied).snapshot
            } catch {
                try Task.checkCancellation()
                logger.warning("no snapshot", metadata: ["worker": "\(id)", "error": "\(error)"])
                try await Task.sleep(for: backoff.next())
                continue
            }
            if snapshot == refused {
                // The source has nothing newer than what was refused, and says so at once.
                try await Task.sleep(for: backoff.next())
                continue
            }
            do {
                try await apply(snapshot, to: loops)
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

    /// Compiles one table per event loop, and puts them into force only when all of them compile.
    private func apply(_ snapshot: Snapshot, to loops: [LoopHandle]) async throws {
        var tables: [NIOLoopBoundBox<RouteTable>] = []
        for loop in loops {
            let table = try RouteTable.compile(snapshot)
            tables.append(.makeBoxSendingValue(table, eventLoop: loop.eventLoop))
        }
        let addresses = Set(
            snapshot.groups.values.flatMap { group in group.peers.map { PeerAddress(host: $0.address, port: $0.port) } }
        )
        let swaps = zip(loops, tables).map { loop, table in
            loop.eventLoop.submit { RetiredTable(loop.proxy.value.swap(table.value, addresses: addresses)) }
        }
        for swap in swaps { _ = try await swap.get() }
    }
}

/// A table that is out of force, on its way to be freed where it doesn't hold up a loop.
// Unchecked: nobody looks into the table any more. Only its last reference is dropped, and counting references is
// atomic; groups that exchanges in flight still use live on by their own references.
private final class RetiredTable: @unchecked Sendable {
    private let table: RouteTable?

    init(_ table: RouteTable?) { self.table = table }
}
