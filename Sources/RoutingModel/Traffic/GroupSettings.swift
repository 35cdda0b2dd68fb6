/// How a group's peers are connected to and looked after, beyond whose turn it is.
package struct GroupSettings: Hashable, Sendable, Codable {
    /// For how long a peer that is new, or back, gets less than its weight: its share grows from 10 % evenly.
    package var slowStart: RuleDuration?
    /// Connections that one worker has to one peer at the most; nil is no limit.
    package var maxConnections: Int?
    /// How the group's peers are spoken to over TLS; nil is without.
    package var tls: UpstreamTLS?
    /// Nil is what workers do of themselves: peers that can't be connected to are passed over for seconds.
    package var health: HealthPolicy?

    package init(
        slowStart: RuleDuration? = nil, maxConnections: Int? = nil, tls: UpstreamTLS? = nil,
        health: HealthPolicy? = nil
    ) {
        self.slowStart = slowStart
        self.maxConnections = maxConnections
        self.tls = tls
        self.health = health
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case slowStart = "slow_start", maxConnections = "max_connections", tls, health
    }
}

extension GroupSettings {
    /// Reads its members of a group's object: whoever reads the group says which members nobody knows.
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self, isWhole: false)
        slowStart = try fields.optional(.slowStart)
        maxConnections = try fields.optional(.maxConnections)
        tls = try fields.optional(.tls)
        health = try fields.optional(.health)
    }
}
