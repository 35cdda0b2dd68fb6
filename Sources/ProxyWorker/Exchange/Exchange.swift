internal import NIOCore
internal import RoutingEngine

/// What a client's connection keeps about the request that it is serving.
///
/// A class: it is looked at a dozen times per request, and each copy of a structure would count all references anew.
final class Exchange {
    var state: ExchangeState
    let plan: RoutePlan
    /// Where the request is now; a retry across groups changes it.
    var place: Place
    /// Where else it may be tried, once that was asked for; after a change, where it was before.
    var otherPlace: Place?
    /// Whether it has left the group that was chosen for it.
    var hasCrossed = false
    /// Chosen by the bucket, or by force.
    let firstGroup: PeerGroup
    /// -1 when the group was forced.
    let bucket: Int

    let request: RequestTraits
    let startedAt: NIODeadline
    var totalDeadline: NIODeadline

    /// The peers that were given up on.
    var tried: [Peer] = []
    var peer: Peer?
    /// Nil while there is no connection.
    var upstream: UpstreamConnection?
    /// When the try began that is under way.
    var triedAt: NIODeadline
    /// Tries until now, those on connections that were dead left out.
    var attempts = 1
    /// The place in the statistics of the try under way; -1 while there is none.
    var traffic = -1
    /// Why the try under way failed, if it has.
    var failure: ProxyFailure?
    /// Whether the peer has the request on its account.
    var isCharged = false
    /// The place that it has taken among its peer's requests, when their number is limited.
    var reserved: SharedLimits.PeerCount?
    /// Body that waits for a connection, or that may have to be sent again, in the framing in which it is sent.
    var held: ByteBuffer?
    /// What of the body may be sent to a mirror; nil without one, or when there is too much.
    var mirrored: ByteBuffer?
    /// How the last try failed.
    var lastFailure = ProxyProblem.Code.upstreamFailed
    /// Whether any interim response came.
    var hasInterim = false
    /// Whether the client was told to go on with its body.
    var hasContinued = false
    /// Whether the response has to be the connection's last one.
    var closesClient: Bool
    /// Whether the peer's connection can be used again; known with the response's head.
    var keepsUpstream = false
    /// 0 before the response.
    var status = 0
    /// From the beginning to the response's head.
    var headAt = NIODeadline.distantFuture
    /// Why the proxy answered itself, or cut the response; none of these names is ever allocated.
    var reason: String?
    var bytesSent = 0
    var bytesReceived = 0
    /// Whether the client has shown a token for debug fields.
    var wantsDebug = false

    /// A group, and why.
    struct Place {
        let group: PeerGroup
        /// The place in the route's split, -1 when the group was forced.
        let entry: Int
    }

    var group: PeerGroup { place.group }
    var entry: Int { place.entry }

    init(
        state: ExchangeState, plan: RoutePlan, group: PeerGroup, entry: Int, bucket: Int, request: RequestTraits,
        startedAt: NIODeadline, closesClient: Bool
    ) {
        self.state = state
        self.plan = plan
        place = Place(group: group, entry: entry)
        firstGroup = group
        self.bucket = bucket
        self.request = request
        self.startedAt = startedAt
        self.closesClient = closesClient
        triedAt = startedAt
        totalDeadline = plan.totalTimeout.map { startedAt + $0 } ?? .distantFuture
    }
}

@available(*, unavailable)
extension Exchange: Sendable {}
