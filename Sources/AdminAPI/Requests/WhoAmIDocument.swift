internal import RoutingModel

/// Whose token it is, and what it may do.
struct WhoAmIDocument: Encodable {
    let name: String
    let role: AccessRole
    let scopes: TokenScopes
    let expiresAt: Timestamp?

    enum CodingKeys: String, CodingKey {
        case name, role, scopes
        case expiresAt = "expires_at"
    }

    init(_ principal: Principal) {
        name = principal.name
        role = principal.role
        scopes = principal.scopes
        expiresAt = principal.expiresAt
    }
}
