package import RoutingModel

/// What a change means for the requests of one route. Force rules aren't counted: whom they hold for isn't known.
package struct RouteEffect: Hashable, Sendable {
    /// A group's part of the route.
    package struct Share: Hashable, Sendable, Encodable {
        package let group: String
        /// As the split says; 0 when the group isn't in it.
        package let before: Percent
        package let after: Percent
        /// What the group gets in truth: the shares of empty groups are dealt on, or answered 503.
        package let effectiveBefore: Percent
        package let effectiveAfter: Percent

        enum CodingKeys: String, CodingKey {
            case group, before, after, effectiveBefore = "effective_before", effectiveAfter = "effective_after"
        }
    }

    package let name: String
    package let action: RuleAction
    /// How much of the route's traffic goes to another group than before, or to none: for sticky keys, the buckets that
    /// change their owner; else what the groups gain. All of it when the route is created or deleted.
    package let moved: Percent
    /// In the order of the split, then the groups that are in it no more.
    package let shares: [Share]
    /// How much is answered 503 because no peer can serve it.
    package let unservedBefore: Percent
    package let unservedAfter: Percent
    /// Whether every sticky key gets another bucket: what it is made of has changed.
    package let isDealtAnew: Bool
}

/// In JSON, `unserved_before` and `unserved_after` are left out when both are 0.
extension RouteEffect: Encodable {
    enum CodingKeys: String, CodingKey {
        case name, action, moved, shares, unservedBefore = "unserved_before", unservedAfter = "unserved_after"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(action, forKey: .action)
        try container.encode(moved, forKey: .moved)
        try container.encode(shares, forKey: .shares)
        guard max(unservedBefore, unservedAfter) > .zero else { return }
        try container.encode(unservedBefore, forKey: .unservedBefore)
        try container.encode(unservedAfter, forKey: .unservedAfter)
    }
}
