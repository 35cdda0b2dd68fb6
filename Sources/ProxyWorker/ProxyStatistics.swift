/// What a worker has counted since it started: the sum over its event loops. Plain numbers; each loop counts for
/// itself without synchronisation.
package struct ProxyStatistics: Hashable, Sendable {
    /// Requests whose head was complete, refused ones included.
    package var requests = 0
    /// Final responses sent to clients, by the first digit of their status.
    package var responses2xx = 0
    package var responses3xx = 0
    package var responses4xx = 0
    package var responses5xx = 0

    /// Of these, made by the proxy: requests that were not valid, or not what the proxy does.
    package var refused = 0
    /// Made by the proxy: no route.
    package var noRoute = 0
    /// Made by the proxy: no usable peer.
    package var noPeer = 0
    /// Made by the proxy: it, or every peer of the group, has as many requests or clients as it may have.
    package var overloaded = 0
    /// Made by the proxy: 502 and 504.
    package var upstreamErrors = 0

    /// Attempts begun again with another peer.
    package var retries = 0
    /// Attempts begun again because a kept connection turned out to be closed.
    package var staleRetries = 0

    /// Why attempts failed: the peer refused or could not be reached.
    package var connectFailures = 0
    /// The peer didn't take the connection in time.
    package var connectTimeouts = 0
    /// The connection closed before the response's head was complete.
    package var earlyCloses = 0
    /// The connection closed in the middle of the response's body.
    package var truncatedResponses = 0
    /// What came was not HTTP, or could not be passed on.
    package var malformedResponses = 0
    /// The response's head didn't come in time.
    package var headTimeouts = 0
    /// Nothing moved in the middle of a body.
    package var streamTimeouts = 0
    /// The client went away before its response was complete.
    package var clientAborts = 0

    /// Requests sent to a mirror too.
    package var mirrored = 0
    /// Requests whose turn it was, and that weren't: too large, too many, no peer.
    package var mirrorsLeftOut = 0
    /// Of those sent, the ones that weren't answered.
    package var mirrorFailures = 0

    /// Requests being served now.
    package var activeExchanges = 0
    /// Clients' connections now.
    package var clientConnections = 0
    /// Clients' connections since the start.
    package var acceptedConnections = 0
    /// Connections to peers now, idle ones included.
    package var upstreamConnections = 0
    /// Of these, idle.
    package var idleUpstreamConnections = 0
    /// Connections made to peers since the start.
    package var connectedUpstreams = 0

    package init() {}

    mutating func count(_ counter: WritableKeyPath<ProxyStatistics, Int>) { self[keyPath: counter] += 1 }

    /// Counts a final response.
    mutating func countResponse(status: Int) {
        switch status / 100 {
        case 2: responses2xx += 1
        case 3: responses3xx += 1
        case 4: responses4xx += 1
        case 5: responses5xx += 1
        default: break
        }
    }

    /// Counts a response that the proxy made itself.
    mutating func countProblem(_ code: ProxyProblem.Code) {
        switch code {
        case .noRoute: noRoute += 1
        case .noPeer: noPeer += 1
        case .overloaded: overloaded += 1
        case .upstreamFailed, .upstreamTimeout: upstreamErrors += 1
        case .badRequest, .requestTimeout, .methodNotAllowed, .headTooLarge, .notImplemented, .versionNotSupported:
            refused += 1
        }
    }

    /// The sum of two loops' numbers.
    package static func + (left: ProxyStatistics, right: ProxyStatistics) -> ProxyStatistics {
        var sum = left
        for counter in Self.counters { sum[keyPath: counter] += right[keyPath: counter] }
        return sum
    }

    /// Every counter, once.
    static var counters: [WritableKeyPath<ProxyStatistics, Int>] {
        [
            \.requests, \.responses2xx, \.responses3xx, \.responses4xx, \.responses5xx, \.refused, \.noRoute, \.noPeer,
            \.overloaded, \.upstreamErrors, \.retries, \.staleRetries, \.connectFailures, \.connectTimeouts,
            \.earlyCloses,
            \.truncatedResponses, \.malformedResponses, \.headTimeouts, \.streamTimeouts, \.clientAborts,
            \.mirrored, \.mirrorsLeftOut, \.mirrorFailures, \.activeExchanges, \.clientConnections,
            \.acceptedConnections, \.upstreamConnections,
            \.idleUpstreamConnections, \.connectedUpstreams,
        ]
    }
}
