internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// For each service, by its name in the ledger, the id of its newest entry of each of `kinds`; it is kept when the
    /// entry itself is trimmed.
    ///
    /// Of kinds that aren't about discovery nothing is kept apart: for them the whole ledger is read.
    /// - Throws: `StoreError`.
    package func lastEntries(of kinds: Set<LedgerKind>) async throws -> [String: [LedgerKind: Int64]] {
        guard !kinds.isEmpty else { return [:] }
        let places = kinds.map { _ in "?" }.joined(separator: ", ")
        let sql =
            kinds.isSubset(of: LedgerLastWords.kinds)
            ? "SELECT service, kind, entry FROM ledger_last WHERE kind IN (\(places))"
            : """
            SELECT service, kind, max(id) FROM ledger WHERE kind IN (\(places)) AND service IS NOT NULL
            GROUP BY service, kind
            """
        return try await read { db in
            var last: [String: [LedgerKind: Int64]] = [:]
            let rows = try RawStatement(sql, db)
            defer { rows.reset() }
            for (place, kind) in kinds.enumerated() { rows.bind(Int32(place + 1), kind.rawValue) }
            while try rows.step() {
                guard let service = try rows.text(0), let kind = try rows.text(1).flatMap(LedgerKind.init) else {
                    continue
                }
                last[service, default: [:]][kind] = rows.integer(2)
            }
            return last
        }
    }
}
