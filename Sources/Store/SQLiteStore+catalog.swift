internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// Stores what became known of services with its ledger entries, all commits in one transaction; when it throws,
    /// none of them is stored.
    ///
    /// Of a commit first what is forgotten goes, then services, removed and changed instances are written. Of
    /// `services` only the index, the time of the last answer and the skipped instances are taken: their instances
    /// come in `changed` and `removed`.
    /// - Throws: `StoreError`; `failed` for an instance of a service that was never stored.
    package func record(_ commits: [CatalogCommit]) async throws {
        // Text is made before the one writer is taken.
        let prepared = try Parallel.map(commits) { try CatalogRows($0) }
        try await write { db in
            for commit in prepared { try commit.write(db) }
            try LedgerRow.insert(prepared.flatMap(\.entries), db)
        }
    }
}
