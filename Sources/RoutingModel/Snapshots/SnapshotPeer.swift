/// A peer that may get requests.
package struct SnapshotPeer: Hashable, Sendable, Codable {
    package let id: PeerID
    package let address: String
    package let port: Int
    /// 1 … 65,535, relative to the group's other peers.
    package let weight: Int
    /// Gets requests only while the group has no other peer that can.
    package let isBackup: Bool

    package init(id: PeerID, address: String, port: Int, weight: Int, isBackup: Bool = false) {
        self.id = id
        self.address = address
        self.port = port
        self.weight = weight
        self.isBackup = isBackup
    }

    enum CodingKeys: String, CodingKey { case id, address, port, weight, isBackup = "backup" }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(PeerID.self, forKey: .id)
        address = try container.decode(String.self, forKey: .address)
        port = try container.decode(Int.self, forKey: .port)
        weight = try container.decode(Int.self, forKey: .weight)
        isBackup = try container.decodeIfPresent(Bool.self, forKey: .isBackup) ?? false
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(address, forKey: .address)
        try container.encode(port, forKey: .port)
        try container.encode(weight, forKey: .weight)
        if isBackup { try container.encode(true, forKey: .isBackup) }
    }
}
