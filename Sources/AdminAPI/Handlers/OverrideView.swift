internal import RoutingEngine
internal import RoutingModel

struct OverrideView: Encodable {
    let rule: StoredRule<Override>
    let members: [ResolvedPeer]
    init(_ rule: StoredRule<Override>, members: [ResolvedPeer]) {
        self.rule = rule
        self.members = members
    }
    enum CodingKeys: String, CodingKey {
        case peer, weight, state, reason, owner, expiresAt = "expires_at", revision, updatedAt = "updated_at", groups
        case known, conflict
    }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rule.name, forKey: .peer)
        try container.encodeIfPresent(rule.value.weight, forKey: .weight)
        try container.encodeIfPresent(rule.value.state, forKey: .state)
        try container.encode(rule.value.reason, forKey: .reason)
        try container.encode(rule.value.owner, forKey: .owner)
        try container.encodeIfPresent(rule.value.expiresAt, forKey: .expiresAt)
        try container.encode(rule.revision, forKey: .revision)
        try container.encode(rule.updatedAt, forKey: .updatedAt)
        try container.encode(members.map(\.group), forKey: .groups)
        try container.encode(!members.isEmpty, forKey: .known)
        try container.encodeIfPresent(members.first?.reason, forKey: .conflict)
    }
}
