internal import GRDB
internal import HashTreeCollections
package import RoutingModel

extension SQLiteStore {
    /// The rules as they were when `revision` was the newest: those of now, with what came later undone.
    ///
    /// - Throws: `Problem` `not_found` for a revision that has not been made, `gone` when what came later isn't all known
    ///   any more; `StoreError`.
    package func rules(at revision: Int) async throws -> RuleSet {
        let found: Result<PastRules, Problem> = try await read { db in
            let span = try RevisionSpan(db)
            if let problem = span.refusal(of: revision) { return .failure(problem) }
            return .success(try PastRules(at: revision, db))
        }
        do { return try found.get().rules() } catch let problem as Problem { throw problem } catch {
            throw StoreError.translated(error, path: path)
        }
    }

    /// The newest revision made at `time` or before; 0 when there was none.
    /// - Throws: `Problem` (`gone`) when `time` is before the oldest revision that is kept; `StoreError`.
    package func revision(at time: Timestamp) async throws -> Int {
        let (span, number) = try await read { db in
            let number = try Int.fetchOne(
                db, sql: "SELECT max(number) FROM revisions WHERE at <= ?", arguments: [time.milliseconds])
            return (try RevisionSpan(db), number)
        }
        if let number { return number }
        guard span.oldest <= 1 else {
            throw Problem(.gone, "What the rules were at \(time) is not known any more: history begins later.")
        }
        return 0
    }

    /// Revisions below `before`, newest first, each with at most `changesLimit` of its changes, without documents.
    /// - Throws: `StoreError`.
    package func revisions(
        before: Int?, limit: Int, changesLimit: Int
    ) async throws -> (records: [(record: RevisionRecord, changeCount: Int)], hasMore: Bool) {
        try await read { db in
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT number, at, author, message FROM revisions WHERE number < ? ORDER BY number DESC LIMIT ?",
                arguments: [before ?? Int.max, limit + 1])
            let records = try rows.prefix(limit).map { row in
                let number: Int = try row.decode(forColumn: "number")
                let count = try Int.fetchOne(
                    db,
                    SQLRequest(
                        sql: "SELECT count(*) FROM revision_changes WHERE revision = ?", arguments: [number],
                        cached: true))
                let changes = try Row.fetchAll(
                    db,
                    SQLRequest(
                        sql: """
                            SELECT kind, name, before IS NULL AS is_new, after IS NULL AS is_gone
                            FROM revision_changes WHERE revision = ? ORDER BY kind, name LIMIT ?
                            """,
                        arguments: [number, changesLimit], cached: true)
                ).map { try Self.change($0, before: nil, after: nil) }
                return (try Self.record(row, changes), count ?? 0)
            }
            return (records, rows.count > limit)
        }
    }

    /// One revision with the documents before and after; nil when there is none of that number (any more).
    /// - Throws: `StoreError`.
    package func revision(_ number: Int) async throws -> RevisionRecord? {
        try await read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT number, at, author, message FROM revisions WHERE number = ?", arguments: [number])
            guard let row else { return nil }
            let changes = try Row.fetchAll(
                db,
                sql: """
                    SELECT kind, name, before, after, before IS NULL AS is_new, after IS NULL AS is_gone
                    FROM revision_changes WHERE revision = ? ORDER BY kind, name
                    """,
                arguments: [number]
            ).map { try Self.change($0, before: $0["before"], after: $0["after"]) }
            return try Self.record(row, changes)
        }
    }

    private static func record(_ row: Row, _ changes: [RevisionChange]) throws -> RevisionRecord {
        RevisionRecord(
            number: try row.decode(forColumn: "number"), at: Timestamp(milliseconds: try row.decode(forColumn: "at")),
            author: try row.decode(forColumn: "author"), message: try row.decode(forColumn: "message"),
            changes: changes)
    }

    private static func change(_ row: Row, before: String?, after: String?) throws -> RevisionChange {
        let (isNew, isGone): (Bool, Bool) = (try row.decode(forColumn: "is_new"), try row.decode(forColumn: "is_gone"))
        return RevisionChange(
            kind: try row.decode(forColumn: "kind"), name: try row.decode(forColumn: "name"),
            action: isNew ? .created : isGone ? .deleted : .updated,
            before: try before.map { try CanonicalJSON.decode(JSONValue.self, from: $0) },
            after: try after.map { try CanonicalJSON.decode(JSONValue.self, from: $0) })
    }

    /// How many revisions go in one transaction: a writer waits for it no longer than for a large write of its own.
    private static let trimStep = 500

    /// Deletes all but the newest `keeping` revisions (1,000 at least).
    /// - Returns: how many went.
    /// - Throws: `StoreError`; what went before that is gone.
    package func trimRevisions(keeping: Int) async throws -> Int {
        var count = 0
        while true {
            let span = try await read { db in try RevisionSpan(db) }
            let newestToGo = span.newest - max(keeping, 1_000)
            guard span.newest > 0, span.oldest <= newestToGo else { return count }
            let through = min(newestToGo, span.oldest + Self.trimStep - 1)
            try await write { db in
                try db.cachedStatement(sql: "DELETE FROM revisions WHERE number <= ?").execute(arguments: [through])
            }
            count += through - span.oldest + 1
        }
    }

    /// What was known of all services at `time`: what is stored, with the ledger's entries since then undone. Watches are
    /// `pending`: how they stood is not told.
    /// - Throws: `Problem` (`gone`) when the ledger has been trimmed past `time`; `StoreError`.
    package func catalog(at time: Timestamp) async throws -> Catalog {
        let found: Catalog? = try await read { db in
            let oldest = try Row.fetchOne(db, sql: "SELECT id, at FROM ledger ORDER BY id LIMIT 1")
            if let oldest, let id: Int64 = oldest["id"], let at: Int64 = oldest["at"], id > 1, at > time.milliseconds {
                return nil
            }
            return try PastCatalog(since: time, db).undone(in: try CatalogRows.all(db))
        }
        guard let found else {
            throw Problem(.gone, "Who the peers were at \(time) is not known any more: the ledger begins later.")
        }
        return found
    }
}
