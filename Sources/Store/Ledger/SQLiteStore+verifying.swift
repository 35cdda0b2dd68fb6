internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// Checks the whole ledger against its chain of hashes: whether an entry was changed, inserted or removed, at either
    /// end too, and whether the groups by which entries are found are theirs. Entries that arrive meanwhile are not
    /// looked at. Takes some seconds for a million entries, in many short reads.
    ///
    /// It can't find out that the whole file was written anew with a chain of its own: for that, compare `head` with
    /// one that was noted elsewhere (`docs/architecture.md`).
    /// - Throws: `StoreError`; `CancellationError` when the task is cancelled.
    package func verifyLedger() async throws -> LedgerVerification {
        var verifier = LedgerVerifier()
        while true {
            let before = verifier
            let (after, isDone) = try await read { db in
                var verifier = before
                let isDone = try verifier.step(db)
                return (verifier, isDone)
            }
            if isDone { return after.verification }
            verifier = after
        }
    }

    /// The same for a database that no store has open, or another process has; nothing is written to it.
    /// - Throws: `StoreError`: `unwritable` when there is no such file, `failed` when its schema is older than the chain.
    package static func verifyLedger(at path: String) throws -> LedgerVerification {
        do {
            var configuration = Configuration()
            configuration.label = "verify"
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let database = try DatabaseQueue(path: path, configuration: configuration)
            var verifier = LedgerVerifier()
            guard try database.read({ try $0.tableExists("ledger_chain") }) else {
                throw StoreError(
                    .failed, "The ledger of \(path) has no chain: open it with this version of Signalbox first.")
            }
            // One reading transaction: nobody waits for it, and what is checked is of one moment.
            return try database.read { db in
                while try !verifier.step(db) {}
                return verifier.verification
            }
        } catch {
            throw StoreError.translated(error, path: path)
        }
    }
}
