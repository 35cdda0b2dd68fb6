internal import RoutingModel

/// A token as the API shows it.
struct TokenDocument: Encodable {
    enum State: String, Encodable, CaseIterable { case active, expired, revoked }

    let name: String
    let role: AccessRole
    let scopes: TokenScopes
    let description: String
    let createdAt: Timestamp?
    let createdBy: String?
    let expiresAt: Timestamp?
    let lastUsedAt: Timestamp?
    let revokedAt: Timestamp?
    let state: State
    /// True for the one that isn't stored.
    let builtIn: Bool?
    /// Only in the answer to its creation.
    let secret: String?

    enum CodingKeys: String, CodingKey {
        case name, role, scopes, description, state, secret
        case createdAt = "created_at"
        case createdBy = "created_by"
        case expiresAt = "expires_at"
        case lastUsedAt = "last_used_at"
        case revokedAt = "revoked_at"
        case builtIn = "built_in"
    }

    static let builtIn = TokenDocument()

    private init() {
        name = TokenBook.builtInName
        role = .admin
        scopes = .all
        description = "SIGNALBOX_ADMIN_TOKEN, or admin.token in the data directory"
        (createdAt, createdBy, expiresAt, lastUsedAt, revokedAt) = (nil, nil, nil, nil, nil)
        state = .active
        builtIn = true
        secret = nil
    }

    init(_ grant: TokenGrant, secret: TokenSecret? = nil) {
        let record = grant.record
        name = record.name
        role = record.role
        scopes = record.scopes
        description = record.description
        createdAt = record.createdAt
        createdBy = record.createdBy
        expiresAt = record.expiresAt
        lastUsedAt = grant.lastUsedAt
        revokedAt = grant.revokedAt
        state = revokedAt != nil ? .revoked : grant.isExpired ? .expired : .active
        builtIn = nil
        self.secret = secret?.text
    }
}
