/// A peer that the operator lists, rather than Consul.
package struct StaticPeer: Hashable, Sendable {
    /// An IP address or a host name.
    package var address: String
    package var port: Int
    /// 0 … 65,535, in the units of Consul's weights; 0 gets no request.
    package var weight: Int
    /// Gets requests only while the group has no other peer that can.
    package var isBackup: Bool

    package init(address: String, port: Int, weight: Int = 1, isBackup: Bool = false) {
        self.address = address
        self.port = port
        self.weight = weight
        self.isBackup = isBackup
    }

    package var id: PeerID { PeerID(staticAddress: address, port: port) }
}

extension StaticPeer: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case address, port, weight, isBackup = "backup" }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        address = try fields.required(.address, or: "0.0.0.0")
        port = try fields.required(.port, or: 1)
        weight = try fields.optional(.weight, default: 1)
        isBackup = try fields.optional(.isBackup, default: false)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(address, forKey: .address)
        try container.encode(port, forKey: .port)
        try container.encode(weight, forKey: .weight)
        if isBackup { try container.encode(true, forKey: .isBackup) }
    }
}
