import RoutingModel
import Store

extension SQLiteStore {
    /// Adds entries that belong to no change of the catalog.
    func record(_ entries: [LedgerEntry]) async throws { try await record([CatalogCommit(entries: entries)]) }
}
