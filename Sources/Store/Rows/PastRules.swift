internal import GRDB
internal import HashTreeCollections
internal import RoutingModel

/// The rows of the rules as they were at a revision, their documents not read yet.
struct PastRules: Sendable {
    private let revision: Int
    private var groups: [RuleRow]
    private var routes: [RuleRow]
    private var overrides: [RuleRow]

    init(at revision: Int, _ db: Database) throws {
        self.revision = revision
        // Of a bare column beside min(), SQLite takes the value from the row that has the minimum
        // (https://www.sqlite.org/lang_select.html#bareagg).
        let undone = try Row.fetchCursor(
            db,
            sql: """
                WITH undone AS (
                    SELECT kind, name, before, min(revision) FROM revision_changes WHERE revision > :revision
                    GROUP BY kind, name
                ), made AS (
                    SELECT kind, name, before, (
                        SELECT max(revision) FROM revision_changes AS change
                        WHERE change.kind = undone.kind AND change.name = undone.name AND change.revision <= :revision
                    ) AS number FROM undone
                )
                SELECT made.*, (SELECT at FROM revisions WHERE number = coalesce(made.number, :revision)) AS at FROM made
                """,
            arguments: ["revision": revision])
        var before: [String: [String: RuleRow?]] = [:]
        while let row = try undone.next() {
            let (kind, name): (String, String) = (try row.decode(forColumn: "kind"), try row.decode(forColumn: "name"))
            let document: String? = try row.decode(forColumn: "before")
            before[kind, default: [:]][name] = .some(
                document.map {
                    RuleRow(
                        kind: kind, name: name, document: $0, revision: row["number"] ?? revision,
                        updatedAt: Timestamp(milliseconds: row["at"] ?? 0))
                })
        }
        func rows(_ table: RuleTable) throws -> [RuleRow] {
            let changed = before[table.kind] ?? [:]
            return try table.rows(db).filter { changed[$0.name] == nil } + changed.values.compactMap(\.self)
        }
        groups = try rows(.groups)
        routes = try rows(.routes)
        overrides = try rows(.overrides)
    }

    /// - Throws: `StoreError` (`unreadable_row`).
    func rules() throws -> RuleSet {
        RuleSet(
            groups: try RuleRow.rules(groups, as: Group.self), routes: try RuleRow.rules(routes, as: Route.self),
            overrides: try RuleRow.rules(overrides, as: Override.self), revision: revision)
    }
}
