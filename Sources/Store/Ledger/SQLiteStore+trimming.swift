internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// Deletes the oldest entries of the ledger: those that exceed `keepingRows`, and those before the first entry that
    /// is not older than `since`; nil sets no bound. So no entry younger than `since` goes for its age.
    ///
    /// First an entry `config.ledger_trimmed` is added, which says how many go, up to which, and the hash that the chain
    /// goes on from. Then they are deleted in transactions of some thousand rows, so that no writer waits for long. If
    /// that is interrupted, the next call finishes it. The file doesn't get smaller; its free pages are used again.
    ///
    /// - Parameters:
    ///   - at: the time of that entry.
    ///   - index: the first snapshot that has it.
    /// - Returns: how many entries were deleted.
    /// - Throws: `StoreError`; `CancellationError` when the task is cancelled, with a part deleted.
    package func trimLedger(
        keepingRows: Int?, since: Timestamp?, at: Timestamp = .now(), index: Int = 0
    ) async throws -> Int {
        if let plan = try await read({ db in try LedgerTrimming.plan(keepingRows: keepingRows, since: since, db) }) {
            try await write { db in try plan.announce(at: at, index: index, db) }
        }
        var deleted = 0
        while true {
            try Task.checkCancellation()
            let count = try await write { db in try LedgerTrimming.deleteSome(db) }
            deleted += count
            if count == 0 { return deleted }
        }
    }
}
