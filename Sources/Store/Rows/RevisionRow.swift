internal import GRDB
internal import RoutingModel

/// A row of `revisions`.
struct RevisionRow: Sendable {
    let number: Int
    private let at: Timestamp
    private let author: String
    private let message: String?

    private init(_ row: Row) throws {
        number = try row.decode(forColumn: "number")
        at = Timestamp(milliseconds: try row.decode(forColumn: "at"))
        author = try row.decode(forColumn: "author")
        message = try row.decode(forColumn: "message")
    }

    /// The number of the oldest revision that there still is; 1 when there is none at all.
    static func oldest(_ db: Database) throws -> Int {
        try Int.fetchOne(db, SQLRequest(sql: "SELECT min(number) FROM revisions", cached: true)) ?? 1
    }

    static func one(_ number: Int, _ db: Database) throws -> RevisionRow? {
        try Row.fetchOne(
            db, sql: "SELECT number, at, author, message FROM revisions WHERE number = ?", arguments: [number]
        ).map(RevisionRow.init)
    }

    /// Newest first.
    static func newest(below number: Int, limit: Int, _ db: Database) throws -> [RevisionRow] {
        try Row.fetchAll(
            db,
            sql: "SELECT number, at, author, message FROM revisions WHERE number < ? ORDER BY number DESC LIMIT ?",
            arguments: [number, limit]
        ).map(RevisionRow.init)
    }

    func record(_ changes: [RevisionChange]) -> RevisionRecord {
        RevisionRecord(number: number, at: at, author: author, message: message, changes: changes)
    }

    func changeCount(_ db: Database) throws -> Int {
        try Int.fetchOne(
            db,
            SQLRequest(
                sql: "SELECT count(*) FROM revision_changes WHERE revision = ?", arguments: [number], cached: true))
            ?? 0
    }

    /// The first `limit` changes by kind and name, without their documents.
    func changes(limit: Int, _ db: Database) throws -> [RevisionChange] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT kind, name, before IS NULL AS created, after IS NULL AS deleted FROM revision_changes
                WHERE revision = ? ORDER BY kind, name LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [number, limit]).map { row in
            let isDeleted: Bool = try row.decode(forColumn: "deleted")
            return RevisionChange(
                kind: try row.decode(forColumn: "kind"), name: try row.decode(forColumn: "name"),
                action: try row.decode(forColumn: "created") ? .created : isDeleted ? .deleted : .updated)
        }
    }

    /// All changes by kind and name, with their documents, which are read on all cores.
    func wholeChanges(_ db: Database) throws -> [RevisionChange] {
        struct Change: Sendable {
            let kind: String
            let name: String
            let before: String?
            let after: String?
        }
        let rows = try Row.fetchAll(
            db,
            sql: "SELECT kind, name, before, after FROM revision_changes WHERE revision = ? ORDER BY kind, name",
            arguments: [number])
        let changes = try rows.map { row in
            Change(
                kind: try row.decode(forColumn: "kind"), name: try row.decode(forColumn: "name"),
                before: try row.decode(forColumn: "before"), after: try row.decode(forColumn: "after"))
        }
        return try Parallel.map(changes) { change in
            try StoreError.reading("The \(change.kind) '\(change.name)' of revision \(number)") {
                RevisionChange(
                    kind: change.kind, name: change.name,
                    action: change.before == nil ? .created : change.after == nil ? .deleted : .updated,
                    before: try change.before.map { try CanonicalJSON.decode(JSONValue.self, from: $0) },
                    after: try change.after.map { try CanonicalJSON.decode(JSONValue.self, from: $0) })
            }
        }
    }
}
