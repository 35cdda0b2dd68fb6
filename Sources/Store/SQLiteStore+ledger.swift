internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// The newest entries that `query` matches, newest first. A `limit` outside 1 … 1,000 is taken as the nearest.
    ///
    /// Entries that come while someone pages are above the page's cursor, so a page never shows an entry twice.
    /// - Throws: `StoreError`; `unreadable_row` names an entry that can't be read. `CancellationError` when the task
    ///   is cancelled.
    package func ledger(_ query: LedgerQuery) async throws -> LedgerPage {
        let limit = min(max(query.limit, 1), 1_000)
        return try await read { db in
            guard let ids = try LedgerSpan.ids(of: query, db) else { return LedgerPage(records: [], hasMore: false) }
            // One more than asked for tells whether there are more.
            let selection = LedgerSelection(query, ids: ids, limit: limit + 1)
            let rows = try Row.fetchAll(db, sql: selection.sql, arguments: selection.arguments)
            return LedgerPage(
                records: try rows.prefix(limit).map { try LedgerRow.record($0, db) }, hasMore: rows.count > limit)
        }
    }
}
