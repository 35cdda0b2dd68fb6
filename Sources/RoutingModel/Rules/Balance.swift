/// How a worker picks among a group's peers.
package struct Balance: Hashable, Sendable {
    package enum Policy: String, Hashable, Sendable, Codable, CaseIterable {
        /// Smooth weighted round robin: in every run of (sum of weights) picks each peer is picked its weight's times,
        /// as evenly spaced as can be.
        case roundRobin = "round_robin"
    }

    package var policy: Policy

    package init(policy: Policy = .roundRobin) { self.policy = policy }
}

extension Balance: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case policy }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        let text = try fields.optional(.policy, default: Policy.roundRobin.rawValue)
        policy = Policy(rawValue: text) ?? .roundRobin
        if Policy(rawValue: text) == nil {
            let known = Policy.allCases.map(\.rawValue).joined(separator: ", ")
            try fields.fail(.policy, "invalid_value", "must be one of \(known), not '\(text)'")
        }
    }
}
