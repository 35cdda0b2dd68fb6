internal import Logging
internal import RoutingModel

extension ControlPlane {
    /// Queues what became known for the store. Publishing never waits for this; until it is written, a crash only means
    /// that the next start finds the same differences again and writes them then.
    func record(_ commit: CatalogCommit) {
        pendingRecords.append(commit)
        startRecording()
    }

    /// Writes what has been queued, in transactions as large as the queue is.
    func startRecording() {
        guard !isRecording, !pendingRecords.isEmpty else { return }
        isRecording = true
        recording = Task { await self.writeRecords() }
    }

    private func writeRecords() async {
        while !pendingRecords.isEmpty {
            let batch = pendingRecords
            pendingRecords = []
            do {
                try await store.record(batch)
            } catch {
                logger.error("The ledger could not be written; it will be tried again", metadata: ["error": "\(error)"])
                pendingRecords = batch + pendingRecords
                if isShuttingDown { break }
                try? await clock.sleep(for: .seconds(1))
            }
        }
        isRecording = false
    }

    /// Returns when everything known has been written, or a write has failed.
    package func flushRecords() async {
        isShuttingDown = true
        await recording?.value
        if !pendingRecords.isEmpty { await writeRecords() }
    }
}
