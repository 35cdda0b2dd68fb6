internal import Logging

extension ControlPlane {
    /// Entries have been written.
    func ledgerGrew() {
        ledgerGrowth += 1
        let waiting = ledgerWaiters
        ledgerWaiters = [:]
        for continuation in waiting.values { continuation.resume() }
    }

    /// Returns when entries have been written since `growth`, or after `wait`.
    /// - Parameter growth: what an earlier call returned; nil to be told how things are now.
    package func ledgerGrowth(after growth: Int?, wait: Duration) async -> Int {
        guard growth == ledgerGrowth, !isShuttingDown else { return ledgerGrowth }
        let id = newQuestionID()
        let timer = Task {
            try? await self.clock.sleep(for: wait)
            self.endLedgerWait(id)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled || growth != ledgerGrowth {
                    continuation.resume()
                } else {
                    ledgerWaiters[id] = continuation
                }
            }
        } onCancel: {
            Task { await self.endLedgerWait(id) }
        }
        timer.cancel()
        return ledgerGrowth
    }

    private func endLedgerWait(_ id: Int) { ledgerWaiters.removeValue(forKey: id)?.resume() }

    /// Signalbox is shutting down: nobody is to wait for what won't come.
    package func endLedgerWaits() {
        let waiting = ledgerWaiters
        ledgerWaiters = [:]
        for continuation in waiting.values { continuation.resume() }
    }
}
