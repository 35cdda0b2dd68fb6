internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// For each service, by its name in the ledger, the id of its newest entry of each of `kinds`.
    ///
    /// Walks all entries of these kinds (the unary `+` keeps SQLite from walking those of all services): meant for the few kinds that there are few entries of.
    /// - Throws: `StoreError`.
    package func lastEntries(of kinds: Set<LedgerKind>) async throws -> [String: [LedgerKind: Int64]] {
        guard !kinds.isEmpty else { return [:] }
        let names = kinds.map(\.rawValue)
        return try await read { db in
            var last: [String: [LedgerKind: Int64]] = [:]
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT service, kind, max(id) AS id FROM ledger
                    WHERE kind IN (\(names.map { _ in "?" }.joined(separator: ", "))) AND +service IS NOT NULL
                    GROUP BY +service, kind
                    """,
                arguments: StatementArguments(names))
            while let row = try rows.next() {
                let service: String = try row.decode(forColumn: "service")
                let kind: String = try row.decode(forColumn: "kind")
                if let kind = LedgerKind(rawValue: kind) {
                    last[service, default: [:]][kind] = try row.decode(forColumn: "id")
                }
            }
            return last
        }
    }
}
