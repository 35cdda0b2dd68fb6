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
    package let state: State
    /// Why it is in this state: a sentence.
    package let reason: String

    package var isUsable: Bool { state == .active }

    /// The same peer, with an operator's word over Consul's: for weight and state, not for health.
    func with(_ override: Override) -> ResolvedPeer {
        var peer = self
        let end = override.expiresAt.map { " until \($0)" } ?? ""
        if let weight = override.weight {
            peer = ResolvedPeer(
                id: id, group: group, service: service, address: address, port: port, health: health, weight: weight,
                state: state, reason: reason)
            if weight == 0, peer.state == .active {
                peer = peer.with(.zeroWeight, "\(reason) Operator: weight 0\(end) (\(override.reason)).")
            } else if weight > 0, peer.state == .active || peer.state == .zeroWeight {
                peer = peer.with(.active, "\(reason) Operator: weight \(weight)\(end) (\(override.reason)).")
            }
        }
        switch override.state {
        case nil: return peer
        case .drain: return peer.with(.draining, "\(reason) Operator: drain\(end) (\(override.reason)).")
        case .disabled: return peer.with(.disabled, "\(reason) Operator: disabled\(end) (\(override.reason)).")
        }
    }

    /// The same peer, decided otherwise.
    func with(_ state: State, _ reason: String) -> ResolvedPeer {
        ResolvedPeer(
            id: id, group: group, service: service, address: address, port: port, health: health, weight: weight,
            state: state, reason: reason)
    }
}

extension ResolvedPeer: Encodable {
    enum CodingKeys: String, CodingKey {
        case id, group, service, address, port, health, weight, state, usable, reason
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
        try container.encode(state, forKey: .state)
        try container.encode(isUsable, forKey: .usable)
        try container.encode(reason, forKey: .reason)
    }
}
