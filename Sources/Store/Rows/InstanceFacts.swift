internal import RoutingModel

/// What a ledger entry about a peer says of its instance: all when it joined or left, else what had changed.
struct InstanceFacts: Decodable, Sendable {
    let address: String?
    let port: Int?
    let health: Health?
    let tags: [String]?
    let meta: [String: String]?
    let weights: InstanceWeights?

    /// `instance` with what is said here.
    func applied(to instance: Instance) -> Instance {
        var instance = instance
        if let address { instance.address = address }
        if let port { instance.port = port }
        if let health { instance.health = health }
        if let tags { instance.tags = tags }
        if let meta { instance.meta = meta }
        if let weights { instance.weights = weights }
        return instance
    }

    /// The instance that this is all of; nil when it isn't all.
    func instance(_ id: PeerID, node: String, service: String) -> Instance? {
        guard let address, let port, let health else { return nil }
        return Instance(
            id: id, node: node, service: service, address: address, port: port, tags: tags ?? [], meta: meta ?? [:],
            weights: weights ?? InstanceWeights(), health: health)
    }
}
