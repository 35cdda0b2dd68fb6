/// A peer that may get requests.
package struct SnapshotPeer: Hashable, Sendable, Codable {
    package let id: PeerID
    package let address: String
    package let port: Int
    /// 1 … 65,535, relative to the group's other peers.
    package let weight: Int

    package init(id: PeerID, address: String, port: Int, weight: Int) {
        self.id = id
        self.address = address
        self.port = port
        self.weight = weight
    }
}
