/// An upstream group: a named set of peers, chosen from a Consul service and/or listed by the operator.
package struct Group: Hashable, Sendable {
    package var consul: ConsulSelector?
    package var peers: [StaticPeer]
    package var balance: Balance
    package var description: String
    package var settings: GroupSettings

    package init(
        consul: ConsulSelector? = nil, peers: [StaticPeer] = [], balance: Balance = Balance(), description: String = "",
        settings: GroupSettings = GroupSettings()
    ) {
        self.consul = consul
        self.peers = peers
        self.balance = balance
        self.description = description
        self.settings = settings
    }
}

extension Group: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case consul, peers, balance, description }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(
            decoder, as: CodingKeys.self,
            alsoKnown: RuleDocument.addedFields.union(GroupSettings.CodingKeys.allCases.map(\.stringValue)))
        consul = try fields.optional(.consul)
        peers = try fields.optional(.peers, default: [])
        balance = try fields.optional(.balance, default: Balance())
        description = try fields.optional(.description, default: "")
        settings = try GroupSettings(from: decoder)
        // An explicit empty list is an operator's wish (everything taken out); a group of nothing is an oversight.
        if !fields.present.contains(.consul), !fields.present.contains(.peers) {
            try fields.fail(nil, "required", "needs 'consul', 'peers' or both")
        }
    }

    // Settings lie flat beside the other members.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(consul, forKey: .consul)
        try container.encode(peers, forKey: .peers)
        try container.encode(balance, forKey: .balance)
        try container.encode(description, forKey: .description)
        try settings.encode(to: encoder)
    }
}
