/// Where a peer listens: what idle connections are kept by.
struct PeerAddress: Hashable, Sendable {
    /// An IP address or a host name.
    let host: String
    let port: Int
}
