package import RoutingModel

/// Where a peer listens: what idle connections are kept by.
package struct PeerAddress: Hashable, Sendable {
    /// An IP address or a host name.
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package init(_ peer: SnapshotPeer) { self.init(host: peer.address, port: peer.port) }
}
