/// One registered instance of a service, as Consul knows it.
package struct Instance: Hashable, Sendable {
    package let id: PeerID
    package let node: String
    package var service: String
    /// The instance's own address, or else its node's.
    package var address: String
    package var port: Int
    /// Sorted.
    package var tags: [String]
    package var meta: [String: String]
    package var weights: InstanceWeights
    package var health: Health

    package init(
        node: String, serviceID: String, service: String, address: String, port: Int, tags: [String] = [],
        meta: [String: String] = [:], weights: InstanceWeights = InstanceWeights(), health: Health = .passing
    ) {
        id = PeerID(node: node, serviceID: serviceID)
        self.node = node
        self.service = service
        self.address = address
        self.port = port
        self.tags = tags.sorted()
        self.meta = meta
        self.weights = weights
        self.health = health
    }

    /// One that was stored.
    /// - Parameters:
    ///   - id: begins with `node` and a tilde.
    ///   - tags: sorted.
    package init(
        id: PeerID, node: String, service: String, address: String, port: Int, tags: [String],
        meta: [String: String], weights: InstanceWeights, health: Health
    ) {
        self.id = id
        self.node = node
        self.service = service
        self.address = address
        self.port = port
        self.tags = tags
        self.meta = meta
        self.weights = weights
        self.health = health
    }

    /// What `id` has after the node: not kept a second time, because there are many instances.
    package var serviceID: String { String(id.description.unicodeScalars.dropFirst(node.unicodeScalars.count + 1)) }
}

extension Instance: Codable {
    enum CodingKeys: String, CodingKey {
        case id, node, serviceID = "service_id", service, address, port, tags, meta, weights, health
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(PeerID.self, forKey: .id)
        node = try container.decode(String.self, forKey: .node)
        service = try container.decode(String.self, forKey: .service)
        address = try container.decode(String.self, forKey: .address)
        port = try container.decode(Int.self, forKey: .port)
        tags = try container.decode([String].self, forKey: .tags)
        meta = try container.decode([String: String].self, forKey: .meta)
        weights = try container.decode(InstanceWeights.self, forKey: .weights)
        health = try container.decode(Health.self, forKey: .health)
        guard id == PeerID(node: node, serviceID: try container.decode(String.self, forKey: .serviceID)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .id, in: container, debugDescription: "is not made of its node and its service id")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(node, forKey: .node)
        try container.encode(serviceID, forKey: .serviceID)
        try container.encode(service, forKey: .service)
        try container.encode(address, forKey: .address)
        try container.encode(port, forKey: .port)
        try container.encode(tags, forKey: .tags)
        try container.encode(meta, forKey: .meta)
        try container.encode(weights, forKey: .weights)
        try container.encode(health, forKey: .health)
    }
}
