internal import HashTreeCollections
package import RoutingModel

/// An override as operators see it: with the groups that it counts in, and what it says against what Consul says.
package struct OverrideView: Hashable, Sendable {
    package let override: StoredRule<Override>
    /// The groups that the peer is in, sorted.
    package let groups: [String]
    /// Whether there is such a peer: an instance of a service that is known, or one that a group lists.
    package let isKnown: Bool
    /// What Consul and the operator say, where they disagree: `Consul: passing; operator: drain (new kernel)`. Nil where
    /// they don't, or where there is no peer.
    package let conflict: String?

    /// - Parameters:
    ///   - peers: the peer as a member of the groups that it is in; empty when it is in none.
    ///   - instance: what Consul says of it; nil when it says nothing, or when the peer is listed.
    package init(_ override: StoredRule<Override>, peers: [ResolvedPeer], instance: Instance?) {
        self.override = override
        groups = peers.map(\.group).sorted()
        isKnown = instance != nil || !peers.isEmpty
        conflict = Self.conflict(override.value, peers: peers, instance: instance)
    }

    /// The views of several overrides: their peers are found in one pass.
    package static func views(
        of overrides: [StoredRule<Override>], in resolution: Resolution, catalog: Catalog
    ) -> [OverrideView] {
        let ids = Set(overrides.map { PeerID($0.name) })
        var instances: [PeerID: Instance] = [:]
        for (service, members) in catalog.members(among: ids) {
            for peer in members { instances[peer] = catalog.services[service]?.instances[peer] }
        }
        let groups = resolution.groups(havingAnyOf: ids, in: catalog)
        return overrides.map { override in
            let id = PeerID(override.name)
            return OverrideView(
                override, peers: (groups[id] ?? []).compactMap { resolution.member(id, of: $0) },
                instance: instances[id])
        }
    }

    private static func conflict(_ override: Override, peers: [ResolvedPeer], instance: Instance?) -> String? {
        guard let instance else {
            return peers.isEmpty ? nil : "Listed by the operator; operator: \(override.words)"
        }
        let weight = instance.health == .warning ? instance.weights.warning : instance.weights.passing
        // Whom Consul keeps out is out, with the operator or without.
        let isUp = instance.health == .passing || instance.health == .warning
        let stops = override.state != nil && isUp && weight > 0
        let weighs = override.state == nil && override.weight.map { $0 != weight } ?? false && isUp
        guard stops || weighs else { return nil }
        return "Consul: \(instance.health.rawValue)\(weighs ? ", weight \(weight)" : ""); operator: \(override.words)"
    }
}

extension OverrideView: Encodable {
    enum CodingKeys: String, CodingKey {
        case peer, weight, state, reason, owner, expiresAt = "expires_at", revision, updatedAt = "updated_at", groups
        case known, conflict
    }

    package func encode(to encoder: any Encoder) throws {
        let value = override.value
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(override.name, forKey: .peer)
        try container.encodeIfPresent(value.weight, forKey: .weight)
        try container.encodeIfPresent(value.state, forKey: .state)
        try container.encode(value.reason, forKey: .reason)
        try container.encode(value.owner, forKey: .owner)
        try container.encodeIfPresent(value.expiresAt, forKey: .expiresAt)
        try container.encode(override.revision, forKey: .revision)
        try container.encode(override.updatedAt, forKey: .updatedAt)
        try container.encode(groups, forKey: .groups)
        try container.encode(isKnown, forKey: .known)
        try container.encodeIfPresent(conflict, forKey: .conflict)
    }
}
