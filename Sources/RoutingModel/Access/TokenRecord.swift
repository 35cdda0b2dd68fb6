/// A token as it is stored: all that is known of it, and of its secret no more than a salted hash.
package struct TokenRecord: Hashable, Sendable {
    /// Part of the secret's text, so that the record is found without trying all of them.
    package let id: String
    /// As `RuleName` allows; no other token ever has it, not even after this one was revoked.
    package let name: String
    package let role: AccessRole
    package let scopes: TokenScopes
    package let description: String
    /// 16 random bytes.
    package let salt: [UInt8]
    /// SHA-256 of the salt and the secret's text.
    package let hash: [UInt8]
    package let createdAt: Timestamp
    /// `token:NAME`.
    package let createdBy: String
    /// From then on it opens nothing; nil: never.
    package let expiresAt: Timestamp?
    /// May be some seconds behind.
    package var lastUsedAt: Timestamp?
    package var revokedAt: Timestamp?

    package init(
        id: String, name: String, role: AccessRole, scopes: TokenScopes = .all, description: String = "",
        salt: [UInt8], hash: [UInt8], createdAt: Timestamp, createdBy: String, expiresAt: Timestamp? = nil,
        lastUsedAt: Timestamp? = nil, revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.scopes = scopes
        self.description = description
        self.salt = salt
        self.hash = hash
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }

    /// What the ledger shows of it.
    package var facts: JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "role": .string(role.rawValue),
            "scopes": .array(scopes.prefixes.map { .string($0) }), "description": .string(description),
        ]
        if let expiresAt { members["expires_at"] = .string(expiresAt.description) }
        return .object(members)
    }
}
