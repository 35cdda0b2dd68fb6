internal import NIOCore
internal import NIOHTTP1
internal import RoutingEngine
internal import RoutingModel

/// What a client's handler keeps about the request that it is serving.
struct Exchange {
    let request: ProxiedRequest
    let group: PeerGroup
    var state: ExchangeState
    /// The peers that were given up on.
    var tried: [PeerID] = []
    var peer: SnapshotPeer?
    /// Nil while there is no connection.
    var upstream: UpstreamHandler?
    /// Body that waits for a connection, or that may have to be sent again.
    var heldBody: [ByteBuffer] = []
    /// The held request's trailer section; nil while its end isn't held.
    var heldEnd: HeldEnd?
    /// Whether the last failure to connect was for want of time.
    var lastConnectTimedOut = false
    /// Whether any interim response came.
    var hasInterim = false
    /// Whether the client was told to go on with its body.
    var hasContinued = false
    /// Set with the response's head.
    var closesClient = false
    var keepsUpstream = false

    /// The end of a request.
    struct HeldEnd {
        let trailers: HTTPHeaders?
    }

    mutating func release() {
        heldBody = []
        heldEnd = nil
    }
}
