internal import RoutingModel

/// A token as it is asked for: `{"name", "role", "scopes", "expires_in", "description"}`.
struct NewToken: Decodable {
    let name: String
    let role: AccessRole
    let scopes: TokenScopes
    let description: String
    /// Nil: for ever.
    let lifetime: Duration?

    static let longestDescription = 1_024

    enum CodingKeys: String, CodingKey, CaseIterable { case name, role, scopes, description, expiresIn = "expires_in" }

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        name = try fields.required(.name, or: "x")
        let role: String = try fields.required(.role, or: AccessRole.viewer.rawValue)
        let scopes: [String] = try fields.optional(.scopes, default: [])
        description = try fields.optional(.description, default: "")
        let expiresIn: String? = try fields.optional(.expiresIn)
        self.scopes = TokenScopes(scopes)
        self.role = AccessRole(rawValue: role) ?? .viewer
        lifetime = expiresIn.flatMap(DurationText.parse)

        if !RuleName.isValid(name) { try fields.fail(.name, "invalid_value", RuleName.rule) }
        if AccessRole(rawValue: role) == nil {
            let known = AccessRole.allCases.map(\.rawValue).joined(separator: ", ")
            try fields.fail(.role, "invalid_value", "must be one of \(known)")
        }
        if description.utf8.count > Self.longestDescription {
            try fields.fail(.description, "too_long", "must be at most \(Self.longestDescription) bytes")
        }
        if let expiresIn, (lifetime ?? .zero) < .seconds(1) {
            try fields.fail(
                .expiresIn, "invalid_value", "must be a duration from 1s to a year such as 720h, not '\(expiresIn)'")
        }
        if scopes.count > TokenScopes.limit {
            try fields.fail(.scopes, "too_many", "must be at most \(TokenScopes.limit)")
        }
        if !scopes.allSatisfy(RuleName.isValid) {
            try fields.fail(.scopes, "invalid_value", "must be the beginnings of names of routes and groups")
        }
        if !scopes.isEmpty, self.role != .operator {
            try fields.fail(.scopes, "invalid_value", "limit what an operator writes; no other role has them")
        }
    }
}
