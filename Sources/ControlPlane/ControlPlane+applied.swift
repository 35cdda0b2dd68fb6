internal import RoutingModel

extension ControlPlane {
    /// Waits until every live worker enforces the snapshot that has `result`, has refused it or is lost; `timeout` at
    /// most. Workers that join meanwhile begin with that snapshot or a newer one, so they aren't waited for.
    package func applied(_ result: CommandResult, timeout: Duration) async -> AppliedReport {
        let participants = Set(workerRegistry.liveIDs)
        let missing = participants.filter { isMissing($0, index: result.index) }
        if !missing.isEmpty, timeout > .zero, !isShuttingDown, !Task.isCancelled {
            await wait(for: Set(missing), index: result.index, timeout: timeout)
        }
        return report(on: participants, result)
    }

    private func wait(for missing: Set<String>, index: Int, timeout: Duration) async {
        let id = nextBarrier
        nextBarrier += 1
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let timer = Task {
                    try? await self.clock.sleep(for: timeout)
                    self.endBarrier(id)
                }
                barriers[id] = AppliedBarrier(
                    index: index, missing: missing, continuation: continuation, timeout: timer)
            }
        } onCancel: {
            Task { await self.endBarrier(id) }
        }
    }

    /// Something became known about a worker: whoever waits for it may go on.
    func settleBarriers(_ worker: String) {
        guard !barriers.isEmpty else { return }
        for (id, barrier) in barriers where barrier.missing.contains(worker) {
            guard !isMissing(worker, index: barrier.index) else { continue }
            barriers[id]?.missing.remove(worker)
            if barriers[id]?.missing.isEmpty == true { endBarrier(id) }
        }
    }

    func endBarriers() {
        for id in barriers.keys { endBarrier(id) }
    }

    private func endBarrier(_ id: Int) {
        guard let barrier = barriers.removeValue(forKey: id) else { return }
        barrier.timeout.cancel()
        barrier.continuation.resume()
    }

    private func isMissing(_ id: String, index: Int) -> Bool {
        guard let status = workerRegistry[id], status.state == .live, status.applied < index else { return false }
        return status.nack.map { $0.index < index } ?? true
    }

    private func report(on participants: Set<String>, _ result: CommandResult) -> AppliedReport {
        var applied: [String] = []
        var lagging: [String] = []
        var nacked: [AppliedReport.Refusal] = []
        for id in participants.sorted() {
            guard let status = workerRegistry[id] else { continue }
            if status.applied >= result.index {
                applied.append(id)
            } else if let nack = status.nack, nack.index >= result.index {
                nacked.append(.init(worker: id, error: nack.error))
            } else {
                lagging.append(id)
            }
        }
        return AppliedReport(
            revision: result.revision, index: result.index, applied: applied, lagging: lagging, nacked: nacked)
    }
}
