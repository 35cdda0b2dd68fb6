package import RoutingModel

/// An instance or a listed address as a member of a group, with what was decided about it and why.
package struct ResolvedPeer: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, Codable {
        /// Gets requests.
        case active
        /// Its health keeps it out.
        case unhealthy
        /// Its weight is 0.
        case zeroWeight = "zero_weight"
        /// Another peer of the group has the same address and port.
        case duplicate
        /// It came and went too often: it is kept out for a while.
        case dampened
        /// An operator lets it run dry: no new requests.
        case draining
        /// An operator has switched it off.
        case disabled
    }

    package let id: PeerID
    package let group: String
    /// Nil for a listed address.
    package let service: String?
    package let address: String
    package let port: Int
    /// Nil for a listed address: Signalbox is told nothing of its health.
    package let health: Health?
    /// What it gets while active, relative to the group's other peers.
    package let weight: Int
    /// Gets requests only while the group has no other peer that can.
    package let isBackup: Bool
    package let state: State
    /// Why it is in this state: a sentence.
    package let reason: String

    package var isUsable: Bool { state == .active }

    /// The same peer with the weight that an operator gives it. Over what Consul says of its weight, not of its health.
    func weighted(by override: Override) -> ResolvedPeer {
        guard let weight = override.weight else { return self }
        var state = state
        if state == .active || state == .zeroWeight { state = weight == 0 ? .zeroWeight : .active }
        // One word for both, when there are both.
        let reason = override.state == nil ? "\(reason) Operator: \(override.words)." : reason
        return ResolvedPeer(
            id: id, group: group, service: service, address: address, port: port, health: health, weight: weight,
            isBackup: isBackup, state: state, reason: reason)
    }

    /// The same peer in the state that an operator gives it.
    func stopped(by override: Override) -> ResolvedPeer {
        switch override.state {
        case nil: return self
        case .drain: return with(.draining, "\(reason) Operator: \(override.words).")
        case .disabled: return with(.disabled, "\(reason) Operator: \(override.words).")
        }
    }

    /// The same peer, decided otherwise.
    func with(_ state: State, _ reason: String) -> ResolvedPeer {
        ResolvedPeer(
            id: id, group: group, service: service, address: address, port: port, health: health, weight: weight,
            isBackup: isBackup, state: state, reason: reason)
    }
}

extension ResolvedPeer: Encodable {
    enum CodingKeys: String, CodingKey {
        case id, group, service, address, port, health, weight, backup, state, usable, reason
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(group, forKey: .group)
        try container.encodeIfPresent(service, forKey: .service)
        try container.encode(address, forKey: .address)
        try container.encode(port, forKey: .port)
        try container.encodeIfPresent(health, forKey: .health)
        try container.encode(weight, forKey: .weight)
        if isBackup { try container.encode(true, forKey: .backup) }
        try container.encode(state, forKey: .state)
        try container.encode(isUsable, forKey: .usable)
        try container.encode(reason, forKey: .reason)
    }
}
