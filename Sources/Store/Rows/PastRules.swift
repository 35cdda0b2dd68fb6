internal import GRDB
internal import RoutingModel

/// The rules at a revision that has been changed since: those in force, with the later changes undone. Only the first
/// change of an object after the revision matters: what it found is what was.
enum PastRules {
    /// - Throws: as `SQLiteStore.rules(at:)`.
    static func rules(at revision: Int, _ db: Database) throws -> RuleSet {
        guard revision != 0 else { return RuleSet() }
        let last = try SQLiteStore.lastRevision(db)
        guard (1...max(last, 1)).contains(revision), last > 0 else {
            throw Problem(.notFound, "There is no revision \(revision): the newest is \(last).")
        }
        let oldest = try RevisionRow.oldest(db)
        guard oldest <= revision + 1 else {
            throw Problem(
                .gone,
                "The rules at revision \(revision) aren't known any more: history begins with revision \(oldest)."
            )
        }
        let undone = try undone(since: revision, db)
        return RuleSet(
            groups: try RuleRow.rules(rows(of: .groups, undone, db), as: Group.self),
            routes: try RuleRow.rules(rows(of: .routes, undone, db), as: Route.self),
            overrides: try RuleRow.rules(rows(of: .overrides, undone, db), as: Override.self), revision: revision)
    }

    /// By kind and name, the objects that were changed after `revision`, as they were; nil: there was none.
    private static func undone(since revision: Int, _ db: Database) throws -> [String: [String: RuleRow?]] {
        // With min(), the other columns are those of the row that has the least:
        // https://www.sqlite.org/lang_select.html#bareagg
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT kind, name, before, min(revision) FROM revision_changes WHERE revision > ?
                GROUP BY kind, name
                """, arguments: [revision])
        let fallback = try unknownMaker(revision, db)
        var undone: [String: [String: RuleRow?]] = [:]
        while let row = try rows.next() {
            let kind: String = try row.decode(atIndex: 0)
            let name: String = try row.decode(atIndex: 1)
            guard let document: String = try row.decode(atIndex: 2) else {
                undone[kind, default: [:]].updateValue(nil, forKey: name)
                continue
            }
            let maker = try maker(kind, name, by: revision, db) ?? fallback
            undone[kind, default: [:]].updateValue(
                RuleRow(kind: kind, name: name, document: document, revision: maker.revision, updatedAt: maker.at),
                forKey: name)
        }
        return undone
    }

    private static func rows(
        of table: RuleTable, _ undone: [String: [String: RuleRow?]], _ db: Database
    ) throws -> [RuleRow] {
        let undone = undone[table.kind] ?? [:]
        return try table.rows(db).filter { undone[$0.name] == nil } + undone.values.compactMap { $0 }
    }

    /// The revision that made an object what it was at `revision`; nil when it has been deleted.
    private static func maker(
        _ kind: String, _ name: String, by revision: Int, _ db: Database
    ) throws -> (revision: Int, at: Timestamp)? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT number, at FROM revision_changes JOIN revisions ON number = revision
                WHERE kind = ? AND name = ? AND revision <= ? ORDER BY revision DESC LIMIT 1
                """)
        return try Row.fetchOne(statement, arguments: [kind, name, revision]).map { row in
            (try row.decode(atIndex: 0), Timestamp(milliseconds: try row.decode(atIndex: 1)))
        }
    }

    /// What is said of an object whose maker has been deleted: it was so at `revision`, at the latest when the next
    /// was made.
    private static func unknownMaker(_ revision: Int, _ db: Database) throws -> (revision: Int, at: Timestamp) {
        let at = try Int64.fetchOne(
            db, sql: "SELECT at FROM revisions WHERE number >= ? ORDER BY number LIMIT 1", arguments: [revision])
        return (revision, Timestamp(milliseconds: at ?? 0))
    }
}
