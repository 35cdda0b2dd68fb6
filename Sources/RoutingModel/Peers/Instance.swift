/// One registered instance of a service, as Consul knows it.
package struct Instance: Hashable, Sendable, Codable {
    package let id: PeerID
    package var node: String
    package var serviceID: String
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
        self.serviceID = serviceID
        self.service = service
        self.address = address
        self.port = port
        self.tags = tags.sorted()
        self.meta = meta
        self.weights = weights
        self.health = health
    }

    /// One that was stored: `id` is made of `node` and `serviceID` already, and `tags` are sorted.
    package init(
        id: PeerID, node: String, serviceID: String, service: String, address: String, port: Int, tags: [String],
        meta: [String: String], weights: InstanceWeights, health: Health
    ) {
        self.id = id
        self.node = node
        self.serviceID = serviceID
        self.service = service
        self.address = address
        self.port = port
        self.tags = tags
        self.meta = meta
        self.weights = weights
        self.health = health
    }

    enum CodingKeys: String, CodingKey {
        case id, node, serviceID = "service_id", service, address, port, tags, meta, weights, health
    }
}
