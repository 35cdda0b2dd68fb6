/// Why a request, or one try of it, got no whole answer; the names are those of reports, metrics and logs.
enum ProxyFailure: String, Hashable, Sendable, CaseIterable {
    /// No connection to the peer came about.
    case connect
    case connectTimeout = "connect_timeout"
    /// The peer closed the connection before the head of its response was complete.
    case reset
    /// What the peer sent isn't HTTP.
    case malformed
    /// The head of the response didn't come in the route's time.
    case responseTimeout = "response_timeout"
    /// The head of the response didn't come in the time of one try.
    case tryTimeout = "try_timeout"
    /// No byte of a body moved for too long.
    case idleTimeout = "idle_timeout"
    /// The request as a whole took longer than its route allows.
    case totalTimeout = "total_timeout"
    /// The response ended before its body was complete.
    case truncated
    /// The client went away.
    case clientAbort = "client_abort"
    /// The peers of the group have as many connections as they may have, or the worker has as many clients.
    case overload
    /// The group has no usable peer.
    case noPeer = "no_peer"
    /// The try was given up because of the status that it was answered with.
    case status502 = "status_502"
    case status503 = "status_503"
    case status504 = "status_504"

    /// Whether the peer couldn't even be connected to.
    var isConnect: Bool { self == .connect || self == .connectTimeout }

    /// Whether it speaks against the peer. Statuses do too, but are counted as such: `HealthBoard.answered5xx`. Who
    /// let a body stall, or the whole take too long, isn't known.
    var blamesPeer: Bool {
        switch self {
        case .connect, .connectTimeout, .reset, .malformed, .responseTimeout, .tryTimeout, .truncated: true
        case .idleTimeout, .totalTimeout, .clientAbort, .overload, .noPeer, .status502, .status503, .status504: false
        }
    }
}
