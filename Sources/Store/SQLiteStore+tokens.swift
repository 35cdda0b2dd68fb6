internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// Every token that ever was, in no order.
    /// - Throws: `StoreError`; `unreadable_row` names the token that can't be read.
    package func loadTokens() throws -> [TokenRecord] {
        do { return try pool.read(TokenRow.all) } catch { throw StoreError.translated(error, path: path) }
    }

    /// Stores a new token and its ledger entry in one transaction.
    /// - Throws: `StoreError`; `conflict` when there is or was a token of that name.
    package func create(_ token: TokenRecord, entry: LedgerEntry) async throws {
        let entry = try LedgerRow(entry)
        try await write { db in
            let names = try Int.fetchOne(db, sql: "SELECT count(*) FROM tokens WHERE name = ?", arguments: [token.name])
            guard names == 0 else {
                throw StoreError(.conflict, "There is or was a token '\(token.name)' already.")
            }
            try TokenRow.insert(token, db)
            try LedgerRow.insert([entry], db)
        }
    }

    /// Stores that a token was revoked and the ledger entry in one transaction.
    /// - Throws: `StoreError`; `conflict` when there is no such token, or it was revoked before.
    package func revokeToken(id: String, at: Timestamp, entry: LedgerEntry) async throws {
        let entry = try LedgerRow(entry)
        try await write { db in
            try db.execute(
                sql: "UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
                arguments: [at.milliseconds, id])
            guard db.changesCount == 1 else {
                throw StoreError(.conflict, "There is no token \(id) that could be revoked.")
            }
            try LedgerRow.insert([entry], db)
        }
    }

    /// Stores when tokens were used last, by id. A time before the stored one changes nothing.
    /// - Throws: `StoreError`.
    package func tokensUsed(_ times: [String: Timestamp]) async throws {
        guard !times.isEmpty else { return }
        try await write { db in
            let statement = try db.cachedStatement(
                sql: "UPDATE tokens SET last_used_at = max(ifnull(last_used_at, 0), ?) WHERE id = ?")
            for (id, at) in times { try statement.execute(arguments: [at.milliseconds, id]) }
        }
    }
}
