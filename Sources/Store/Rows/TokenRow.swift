internal import Foundation
internal import GRDB
internal import RoutingModel

/// A token as it stands in its table.
enum TokenRow {
    private static let columns = """
        id, name, role, scopes, description, salt, hash, created_at, created_by, expires_at, last_used_at, revoked_at
        """

    static func all(_ db: Database) throws -> [TokenRecord] {
        try Row.fetchAll(db, sql: "SELECT \(columns) FROM tokens").map(record)
    }

    static func insert(_ token: TokenRecord, _ db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT INTO tokens (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            token.id, token.name, token.role.rawValue, try PlainJSON.text(CanonicalJSON.tree(token.scopes)),
            token.description.columnText, Data(token.salt), Data(token.hash), token.createdAt.milliseconds,
            token.createdBy.columnText, token.expiresAt?.milliseconds, token.lastUsedAt?.milliseconds,
            token.revokedAt?.milliseconds,
        ])
    }

    private static func record(_ row: Row) throws -> TokenRecord {
        let id: String = try row.decode(forColumn: "id")
        return try StoreError.reading("The token \(id)") {
            let role: String = try row.decode(forColumn: "role")
            guard let known = AccessRole(rawValue: role) else {
                throw StoreError(.unreadableRow, "this program doesn't know the role '\(role)'")
            }
            func time(_ column: String) throws -> Timestamp? {
                try row.decode(Int64?.self, forColumn: column).map { Timestamp(milliseconds: $0) }
            }
            return TokenRecord(
                id: id, name: try row.decode(forColumn: "name"), role: known,
                scopes: try CanonicalJSON.decode(TokenScopes.self, from: try row.decode(forColumn: "scopes")),
                description: try row.decode(forColumn: "description"),
                salt: Array(try row.decode(Data.self, forColumn: "salt")),
                hash: Array(try row.decode(Data.self, forColumn: "hash")),
                createdAt: Timestamp(milliseconds: try row.decode(forColumn: "created_at")),
                createdBy: try row.decode(forColumn: "created_by"), expiresAt: try time("expires_at"),
                lastUsedAt: try time("last_used_at"), revokedAt: try time("revoked_at"))
        }
    }
}
