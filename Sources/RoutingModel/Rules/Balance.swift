/// How a worker picks among a group's peers.
package struct Balance: Hashable, Sendable {
    package enum Policy: String, Hashable, Sendable, Codable, CaseIterable {
        /// Smooth weighted round robin: in every run of (sum of weights) picks each peer is picked its weight's times,
        /// as evenly spaced as can be.
        case roundRobin = "round_robin"
        /// Of two peers drawn by weight the one with fewer requests in flight for its weight.
        case leastRequest = "least_request"
        /// Drawn by weight.
        case random
        /// The same key always has the same peer; a change of peers moves few keys.
        case consistentHash = "consistent_hash"
    }

    package var policy: Policy
    /// The key of `consistentHash`, with a salt of its own (the group's name when nil); nil with other policies.
    package var hashOn: Stickiness?

    package init(policy: Policy = .roundRobin, hashOn: Stickiness? = nil) {
        self.policy = policy
        self.hashOn = hashOn
    }
}

extension Balance: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case policy, hashOn = "hash_on" }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        let text = try fields.optional(.policy, default: Policy.roundRobin.rawValue)
        policy = Policy(rawValue: text) ?? .roundRobin
        if Policy(rawValue: text) == nil {
            let known = Policy.allCases.map(\.rawValue).joined(separator: ", ")
            try fields.fail(.policy, "invalid_value", "must be one of \(known), not '\(text)'")
        }
        hashOn = try fields.optional(.hashOn)
        let isHashed = fields.present.contains(.hashOn)
        if policy == .consistentHash, !isHashed {
            try fields.fail(.hashOn, "required", "is required with policy consistent_hash")
        }
        if policy != .consistentHash, isHashed, Policy(rawValue: text) != nil {
            try fields.fail(.hashOn, "invalid_value", "is for policy consistent_hash only, not for \(policy.rawValue)")
        }
    }
}
