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

    /// Ledger entries that are not in the store yet.
    var pendingEntries: Int { pendingRecords.reduce(entriesInFlight) { $0 + $1.entries.count } }

    /// That the ledger has not been written for longer than a moment, as a sentence; nil when it has.
    var ledgerDelay: String? {
        guard let trouble = recordTrouble, clock.now - trouble.began >= configuration.ledgerPatience else { return nil }
        return "the ledger is \(pendingEntries) entries behind since \(trouble.since): \(trouble.lastError)"
    }

    private func writeRecords() async {
        while !pendingRecords.isEmpty {
            let batch = pendingRecords
            pendingRecords = []
            entriesInFlight = batch.reduce(0) { $0 + $1.entries.count }
            let left = await write(batch)
            entriesInFlight = 0
            guard !left.isEmpty else {
                recordTrouble = nil
                continue
            }
            pendingRecords = left + pendingRecords
            if isShuttingDown { break }
            try? await clock.sleep(for: configuration.recordRetry)
        }
        isRecording = false
    }

    /// - Returns: what could not be written, to be tried again.
    private func write(_ batch: [CatalogCommit]) async -> ArraySlice<CatalogCommit> {
        do {
            try await store.record(batch)
            ledgerGrew()
            return []
        } catch {
            note(error)
            let isStubborn = isShuttingDown || (recordTrouble?.failures ?? 0) >= Self.stubbornness
            guard isStubborn, !mayPass(error) else { return batch[...] }
            return await writeOneByOne(batch)
        }
    }

    /// Failures after which a transaction that the disk is not to blame for is taken apart.
    private static let stubbornness = 3

    /// One commit that can't be stored must not keep all others from the ledger.
    private func writeOneByOne(_ batch: [CatalogCommit]) async -> ArraySlice<CatalogCommit> {
        var rest = batch[...]
        while let commit = rest.first {
            do {
                try await store.record([commit])
            } catch {
                note(error)
                guard !mayPass(error), await storeCanWrite() else { return rest }
                logger.error(
                    "What can't be stored is left out of the ledger",
                    metadata: [
                        "error": "\(error)", "services": "\(commit.services.map(\.key))",
                        "entries": "\(commit.entries)",
                    ])
            }
            rest.removeFirst()
        }
        return []
    }

    private func note(_ error: any Error) {
        var trouble = recordTrouble ?? RecordTrouble(since: .now(), began: clock.now)
        trouble.failures += 1
        trouble.lastError = "\(error)"
        recordTrouble = trouble
        logger.error("The ledger could not be written; it will be tried again", metadata: ["error": "\(error)"])
    }

    /// Whether `error` is about the disk, so that trying again is all that can be done.
    private func mayPass(_ error: any Error) -> Bool { (error as? any WriteFailure)?.mayPass ?? false }

    /// Whether the store takes a write that can't be wrong in itself.
    private func storeCanWrite() async -> Bool {
        do {
            try await store.reserveIndexes(through: reservedIndex)
            return true
        } catch {
            return false
        }
    }

    /// Returns when everything known has been written, or a write has failed.
    package func flushRecords() async {
        isShuttingDown = true
        await recording?.value
        if !pendingRecords.isEmpty { await writeRecords() }
    }
}
