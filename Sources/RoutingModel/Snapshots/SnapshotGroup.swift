/// A group as a worker sees it: only peers that may get requests, each ip:port once, ordered by id.
package struct SnapshotGroup: Hashable, Sendable, Codable {
    package let policy: Balance.Policy
    package let peers: [SnapshotPeer]
    /// The key of `consistentHash`, with its salt.
    package let hashOn: Stickiness?
    package let settings: GroupSettings

    package init(
        policy: Balance.Policy, peers: [SnapshotPeer], hashOn: Stickiness? = nil,
        settings: GroupSettings = GroupSettings()
    ) {
        self.policy = policy
        self.peers = peers
        self.hashOn = hashOn
        self.settings = settings
    }

    enum CodingKeys: String, CodingKey { case policy, peers, hashOn = "hash_on" }

    // Settings lie flat beside the other members.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        policy = try container.decode(Balance.Policy.self, forKey: .policy)
        peers = try container.decode([SnapshotPeer].self, forKey: .peers)
        hashOn = try container.decodeIfPresent(Stickiness.self, forKey: .hashOn)
        settings = try GroupSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(policy, forKey: .policy)
        try container.encode(peers, forKey: .peers)
        try container.encodeIfPresent(hashOn, forKey: .hashOn)
        try settings.encode(to: encoder)
    }
}
