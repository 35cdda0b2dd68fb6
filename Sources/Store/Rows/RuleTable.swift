internal import GRDB
internal import HashTreeCollections
internal import RoutingModel

/// A table of rules in force, and the word for its rules in `revision_changes`.
enum RuleTable: String {
    case groups, routes

    init(_ change: RuleChange) {
        switch change {
        case .group: self = .groups
        case .route: self = .routes
        }
    }

    var kind: String {
        switch self {
        case .groups: return "group"
        case .routes: return "route"
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

    /// All rules of the table by name.
    /// - Throws: `StoreError` (`unreadable_row`), naming the rule.
    func all<Value: Decodable>(_ type: Value.Type, _ db: Database) throws -> TreeDictionary<String, StoredRule<Value>> {
        var rules: TreeDictionary<String, StoredRule<Value>> = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT name, document, revision, updated_at FROM \"\(rawValue)\"")
        while let row = try rows.next() {
            let name: String = try row.decode(forColumn: "name")
            rules[name] = try StoreError.reading("The stored \(kind) '\(name)'") {
                let document: String = try row.decode(forColumn: "document")
                return StoredRule(
                    name: name, value: try CanonicalJSON.decode(type, from: document), document: document,
                    revision: try row.decode(forColumn: "revision"),
                    updatedAt: Timestamp(milliseconds: try row.decode(forColumn: "updated_at")))
            }
        }
        return rules
    }
}
