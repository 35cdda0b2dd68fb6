internal import GRDB
internal import RoutingModel

/// A table of rules in force, and the word for its rules in `revision_changes`.
enum RuleTable: String {
    case groups, routes, overrides

    init(_ change: RuleChange) {
        switch change {
        case .group: self = .groups
        case .route: self = .routes
        case .override: self = .overrides
        }
    }

    var kind: String {
        switch self {
        case .groups: return "group"
        case .routes: return "route"
        case .overrides: return "override"
        }
    }

    /// Makes `rule` the one of that name, or takes it away.
    func put<Value>(_ rule: StoredRule<Value>?, name: String, _ db: Database) throws {
        guard let rule else {
            return try db.cachedStatement(sql: "DELETE FROM \"\(rawValue)\" WHERE name = ?").execute(arguments: [name])
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO "\(rawValue)" (name, document, revision, updated_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE
                SET document = excluded.document, revision = excluded.revision, updated_at = excluded.updated_at
                """
        ).execute(arguments: [name, rule.document, rule.revision, rule.updatedAt.milliseconds])
    }

    /// The table's rows.
    func rows(_ db: Database) throws -> [RuleRow] {
        let rows = try Row.fetchCursor(db, sql: "SELECT name, document, revision, updated_at FROM \"\(rawValue)\"")
        var all: [RuleRow] = []
        while let row = try rows.next() {
            all.append(
                RuleRow(
                    kind: kind, name: try row.decode(atIndex: 0), document: try row.decode(atIndex: 1),
                    revision: try row.decode(atIndex: 2),
                    updatedAt: Timestamp(milliseconds: try row.decode(atIndex: 3))))
        }
        return all
    }
}
