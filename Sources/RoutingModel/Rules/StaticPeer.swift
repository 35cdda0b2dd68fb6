/// A peer that the operator lists, rather than Consul.
package struct StaticPeer: Hashable, Sendable {
    /// An IP address or a host name.
    package var address: String
    package var port: Int
    /// 0 … 65,535, in the units of Consul's weights; 0 gets no request.
    package var weight: Int

    package init(address: String, port: Int, weight: Int = 1) {
        self.address = address
        self.port = port
        self.weight = weight
    }

    package var id: PeerID { PeerID(staticAddress: address, port: port) }
}

extension StaticPeer: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case address, port, weight }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        address = try fields.required(.address, or: "0.0.0.0")
        port = try fields.required(.port, or: 1)
        weight = try fields.optional(.weight, default: 1)
    }
}
