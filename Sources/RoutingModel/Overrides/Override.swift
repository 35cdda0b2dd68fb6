/// What an operator says about one peer over what Consul says.
///
/// It wins over Consul for weight and state, in every group that the peer is in, and never makes a missing instance
/// exist. It stays when the instance leaves, and counts again when it comes back.
package struct Override: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// No new requests; those in flight finish.
        case drain
        /// Nothing at all.
        case disabled
    }

    /// 0 … 65,535, instead of Consul's or the listed one; nil leaves it.
    package var weight: Int?
    package var state: State?
    /// Why: 1 … 1,024 bytes.
    package var reason: String
    /// Who wrote it: `token:NAME`.
    package var owner: String
    /// When it ends by itself; nil: when it is deleted.
    package var expiresAt: Timestamp?

    package init(
        weight: Int? = nil, state: State? = nil, reason: String, owner: String = "", expiresAt: Timestamp? = nil
    ) {
        self.weight = weight
        self.state = state
        self.reason = reason
        self.owner = owner
        self.expiresAt = expiresAt
    }

    package func isOver(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }
}

/// The document as it is stored, and as `/v1/config` shows it.
extension Override: Codable {
    enum CodingKeys: String, CodingKey { case weight, state, reason, owner, expiresAt = "expires_at" }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        weight = try container.decodeIfPresent(Int.self, forKey: .weight)
        state = try container.decodeIfPresent(State.self, forKey: .state)
        reason = try container.decode(String.self, forKey: .reason)
        owner = try container.decodeIfPresent(String.self, forKey: .owner) ?? ""
        expiresAt = try container.decodeIfPresent(Timestamp.self, forKey: .expiresAt)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(weight, forKey: .weight)
        try container.encodeIfPresent(state, forKey: .state)
        try container.encode(reason, forKey: .reason)
        try container.encode(owner, forKey: .owner)
        try container.encodeIfPresent(expiresAt, forKey: .expiresAt)
    }
}
