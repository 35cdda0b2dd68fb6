internal import RoutingModel

extension ControlPlane {
    /// The newest snapshot as soon as its index is not `index`; nil when `wait` is over before that, or when Signalbox
    /// is shutting down.
    ///
    /// - Parameters:
    ///   - index: what the caller has; nil for whatever is newest.
    ///   - wait: how long to hold the question.
    package func snapshot(after index: Int?, wait: Duration) async -> PublishedSnapshot? {
        guard let index, index == published.snapshot.index else { return published }
        guard wait > .zero, !isShuttingDown, !Task.isCancelled else { return nil }
        let id = nextWatcher
        nextWatcher += 1
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let timeout = Task {
                    try? await self.clock.sleep(for: wait)
                    self.release(id, with: nil)
                }
                watchers[id] = Watcher(continuation: continuation, timeout: timeout)
            }
        } onCancel: {
            Task { await self.release(id, with: nil) }
        }
    }

    /// Answers everybody who waits, so that connections can end: the first step of shutting down.
    package func releaseWatchers() {
        isShuttingDown = true
        for id in watchers.keys { release(id, with: nil) }
    }

    func answerWatchers() {
        for id in watchers.keys { release(id, with: published) }
    }

    private func release(_ id: Int, with snapshot: PublishedSnapshot?) {
        guard let watcher = watchers.removeValue(forKey: id) else { return }
        watcher.timeout.cancel()
        watcher.continuation.resume(returning: snapshot)
    }

    // MARK: Workers

    /// Every worker that has asked, by id.
    package var workers: [WorkerStatus] { workerStatus.values.sorted { $0.id < $1.id } }

    /// A worker asks for what comes after `applied`: so that is what it enforces.
    package func workerAsked(_ id: String, applied: Int, embedded: Bool) {
        let now = Timestamp.now()
        // An index that was never published is some other control plane's, or that of a data directory before this one.
        let applied = applied <= published.snapshot.index ? applied : 0
        guard var status = workerStatus[id] else {
            forgetWorkerIfFull()
            workerStatus[id] = WorkerStatus(
                id: id, embedded: embedded, applied: applied, joinedAt: now, lastSeenAt: now, nack: nil)
            record(
                CatalogCommit(entries: [
                    LedgerEntry(
                        at: now, kind: .workerJoined, actor: "worker:\(id)", worker: id, revision: rules.revision,
                        index: applied)
                ]))
            return
        }
        status.applied = applied
        status.lastSeenAt = now
        if let nack = status.nack, applied >= nack.index { status.nack = nil }
        workerStatus[id] = status
    }

    /// Workers that are remembered: names that change with every start must not fill the memory.
    private static let workerLimit = 10_000

    private func forgetWorkerIfFull() {
        guard workerStatus.count >= Self.workerLimit else { return }
        if let oldest = workerStatus.values.min(by: { $0.lastSeenAt < $1.lastSeenAt }) { workerStatus[oldest.id] = nil }
    }

    /// A worker could not apply `index` and keeps what it has.
    /// - Throws: `Problem`: `not_found` for a worker that has never asked, `invalid` for an index that there isn't.
    package func workerRefused(_ id: String, index: Int, error: String) throws {
        guard var status = workerStatus[id] else { throw RuleSet.notFound("worker", id) }
        guard index <= published.snapshot.index else {
            throw Problem(
                .invalid, "There is no snapshot \(index) yet.",
                errors: [FieldProblem(pointer: "/index", code: "invalid_value", message: "is above the newest index")])
        }
        let now = Timestamp.now()
        status.lastSeenAt = now
        let isNew = status.nack?.index != index
        status.nack = .init(index: index, error: error, at: now)
        workerStatus[id] = status
        guard isNew else { return }
        record(
            CatalogCommit(entries: [
                LedgerEntry(
                    at: now, kind: .workerNack, actor: "worker:\(id)", worker: id, cause: error,
                    revision: rules.revision, index: index)
            ]))
    }
}
