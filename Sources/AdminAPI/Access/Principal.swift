package import RoutingModel

/// Who asks: the bearer of a token.
package struct Principal: Sendable {
    /// The token's name; `admin` for the built-in one.
    package let name: String
    package let role: AccessRole
    /// What may be written; everything but for operators whose tokens are limited.
    package let scopes: TokenScopes
    /// From then on the token opens nothing; nil: never.
    package let expiresAt: Timestamp?
    /// Of a stored token; nil for the built-in one, which never ends.
    let grant: TokenGrant?

    /// Who, for the ledger: `token:NAME`.
    package var actor: String { "token:\(name)" }

    init(name: String, role: AccessRole, scopes: TokenScopes = .all, grant: TokenGrant? = nil) {
        self.name = name
        self.role = role
        self.scopes = scopes
        expiresAt = grant?.record.expiresAt
        self.grant = grant
    }

    /// Whether the token was revoked or has expired since. Costs next to nothing, so ask as often as you like.
    package var hasEnded: Bool { grant?.hasEnded ?? false }

    /// Notes that the token is being used.
    func touch() { grant?.touch() }
}
