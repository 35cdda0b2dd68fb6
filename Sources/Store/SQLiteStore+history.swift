internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// The rules at `revision`; 0 is the empty rule set, whatever has been deleted of history.
    /// - Throws: `Problem`: `gone` when a revision that would have to be undone has been deleted, `not_found` for one
    ///   that has not been made yet. `StoreError`; `unreadable_row` names what can't be read.
    package func rules(at revision: Int) async throws -> RuleSet {
        try await read { db in try PastRules.rules(at: revision, db) }
    }

    /// The newest revision made at `time` or before; 0 when there was none.
    /// - Throws: `Problem` (`gone`) when revisions of that time have been deleted. `StoreError`.
    package func revision(at time: Timestamp) async throws -> Int {
        try await read { db in
            // Newest first: mostly the recent past is asked for, and a clock that was set back is no trouble so.
            let found = try Int.fetchOne(
                db,
                SQLRequest(
                    sql: "SELECT number FROM revisions WHERE at <= ? ORDER BY number DESC LIMIT 1",
                    arguments: [time.milliseconds], cached: true))
            if let found { return found }
            let oldest = try RevisionRow.oldest(db)
            guard oldest <= 1 else {
                throw Problem(
                    .gone, "The rules of \(time) aren't known any more: history begins with revision \(oldest).")
            }
            return 0
        }
    }

    /// Revisions below `before`, newest first. A `limit` outside 1 … 1,000 is taken as the nearest.
    /// - Parameter changesLimit: how many changes of each are told at most; they come without their documents.
    /// - Throws: `StoreError`; `unreadable_row` names a revision that can't be read.
    package func revisions(
        before: Int?, limit: Int, changesLimit: Int
    ) async throws -> (records: [(record: RevisionRecord, changeCount: Int)], hasMore: Bool) {
        let limit = min(max(limit, 1), 1_000)
        return try await read { db in
            let rows = try RevisionRow.newest(below: before ?? .max, limit: limit + 1, db)
            let records = try rows.prefix(limit).map { row in
                (
                    record: row.record(try row.changes(limit: max(changesLimit, 0), db)),
                    changeCount: try row.changeCount(db)
                )
            }
            return (records, rows.count > limit)
        }
    }

    /// One revision with its documents; nil when there is none of that number (any more).
    /// - Throws: `StoreError`; `unreadable_row` names the document that can't be read.
    package func revision(_ number: Int) async throws -> RevisionRecord? {
        try await read { db in
            guard let row = try RevisionRow.one(number, db) else { return nil }
            return row.record(try row.wholeChanges(db))
        }
    }
}
