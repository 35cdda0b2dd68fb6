internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// The newest entries that `query` matches, newest first. A `limit` outside 1 … 1,000 is taken as the nearest.
    ///
    /// A page that would take long ends early, perhaps empty: then its `next` says where to go on. Entries that come
    /// while someone pages are above the page's cursor, so a page never shows an entry twice.
    /// - Throws: `StoreError`; `unreadable_row` names an entry that can't be read. `CancellationError` when the task
    ///   is cancelled.
    package func ledger(_ query: LedgerQuery) async throws -> LedgerPage {
        try await ledger(query, allowance: LedgerWalk.allowance)
    }

    /// - Parameter allowance: how many rows it may look at.
    func ledger(_ query: LedgerQuery, allowance: Int) async throws -> LedgerPage {
        let limit = min(max(query.limit, 1), 1_000)
        return try await read { db in
            let ids = try Self.ids(db, before: query.before)
            var walk = LedgerWalk(query, ids: ids, ascending: false, allowance: allowance)
            // One more than asked for tells whether there are more.
            try walk.run(limit: limit + 1, db)
            if walk.records.count > limit {
                return LedgerPage(records: Array(walk.records.prefix(limit)), hasMore: true)
            }
            return LedgerPage(records: walk.records, next: walk.rest.map { $0.upperBound + 1 })
        }
    }

    /// The oldest entries that `query` matches with ids above `id`, oldest first; for whoever follows the ledger. The
    /// query's `limit` doesn't count; `limit` outside 1 … 1,000 is taken as the nearest.
    ///
    /// - Returns: the entries, and the id up to which everything has been looked at: go on from there, also when
    ///   nothing was found. When it is below `newestEntry()` there is more to look at.
    /// - Throws: as `ledger`.
    package func entries(
        after id: Int64, _ query: LedgerQuery, limit: Int
    ) async throws -> (records: [LedgerRecord], through: Int64) {
        try await entries(after: id, query, limit: limit, allowance: LedgerWalk.allowance)
    }

    /// - Parameter allowance: how many rows it may look at.
    func entries(
        after id: Int64, _ query: LedgerQuery, limit: Int, allowance: Int
    ) async throws -> (records: [LedgerRecord], through: Int64) {
        let limit = min(max(limit, 1), 1_000)
        return try await read { db in
            let ids = try Self.ids(db, before: query.before, after: id)
            var walk = LedgerWalk(query, ids: ids, ascending: true, allowance: allowance)
            try walk.run(limit: limit, db)
            if walk.records.count == limit, let last = walk.records.last { return (walk.records, last.id) }
            let newest = try Self.newestEntry(db)
            return (walk.records, walk.rest.map { $0.lowerBound - 1 } ?? max(newest, id))
        }
    }

    /// The entry with the id `id`; nil when there is none, or it was trimmed.
    /// - Throws: as `ledger`.
    package func entry(_ id: Int64) async throws -> LedgerRecord? {
        try await read { db in
            let row = try RawStatement("SELECT \(LedgerReader.columns) FROM ledger WHERE id = ?", db)
            defer { row.reset() }
            row.bind(1, id)
            return try row.step() ? LedgerReader.record(row) : nil
        }
    }

    /// The highest id in the ledger; 0 when it is empty.
    /// - Throws: `StoreError`.
    package func newestEntry() async throws -> Int64 { try await read { db in try Self.newestEntry(db) } }

    private static func newestEntry(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, SQLRequest(sql: "SELECT max(id) FROM ledger", cached: true)) ?? 0
    }

    /// The ids of the ledger's entries, bounded as asked; nil: there are none.
    private static func ids(_ db: Database, before: Int64?, after: Int64 = 0) throws -> ClosedRange<Int64>? {
        guard let first = try Int64.fetchOne(db, SQLRequest(sql: "SELECT min(id) FROM ledger", cached: true)) else {
            return nil
        }
        var lowest = first
        var highest = try newestEntry(db)
        if after >= lowest { lowest = after < .max ? after + 1 : after }
        if let before { highest = before > .min ? min(highest, before - 1) : before }
        return lowest <= highest ? lowest...highest : nil
    }
}
