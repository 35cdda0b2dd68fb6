internal import NIOCore

/// How a worker listens, and how long and how much it bears.
package struct ProxyConfiguration: Sendable {
    /// At least one.
    package var listen: [ListenAddress]
    /// Event loops, at least one; each has its own listener, routing table and upstream connections.
    package var threads: Int

    /// For making a connection to a peer.
    package var connectTimeout: Duration = .seconds(1)
    /// For the whole of a request's head, from its first byte on.
    package var requestHeadTimeout: Duration = .seconds(15)
    /// For a response's head when the client has closed its side: it may still want it, or be gone.
    package var halfClosedTimeout: Duration = .seconds(10)
    /// From the end of a request to the head of its response.
    package var responseHeadTimeout: Duration = .seconds(30)
    /// For a client between two requests, be it of HTTP/1.1 or of HTTP/2.
    package var clientIdleTimeout: Duration = .seconds(60)
    /// For either side in the middle of a body: without a byte moving.
    package var streamIdleTimeout: Duration = .seconds(60)
    /// From a request's head to the end of its response, all tries included; nil is without limit.
    package var totalTimeout: Duration?
    /// For an upstream connection between two exchanges. Less than what servers commonly allow (5 s is Node.js's), so
    /// that it is this side that closes; a peer's own `Keep-Alive: timeout` shortens it further.
    package var upstreamIdleTimeout: Duration = .seconds(4)
    /// For exchanges in flight when the worker is told to stop.
    package var drainTimeout: Duration = .seconds(30)
    /// For requests that are already on their way on idle connections when the worker is told to stop.
    package var lameDuck: Duration = .seconds(1)
    /// For a client to close its side after the last response, before the connection is cut.
    package var lingerTimeout: Duration = .seconds(2)

    /// Clients' connections over all event loops, whatever is spoken over them; further ones are answered 503 and closed.
    package var maxClients = 200_000
    /// Requests under way, dealt out evenly to the event loops; further ones are answered 503.
    package var maxRequests = 100_000
    /// Idle upstream connections that are kept per peer and event loop.
    package var maxIdlePerPeer = 64
    /// Further peers that are tried after one could not be connected to, or died before it answered.
    package var retries = 1
    /// Bytes of a request's body that are kept for sending them again.
    package var replayLimit = 64 * 1024
    /// Bytes of one header field of a request, its name and value; the target counts as a field.
    package var maxFieldBytes = 32 * 1024
    /// Bytes of a request's head.
    package var maxHeadBytes = 64 * 1024
    /// Header fields of a request.
    package var maxFieldCount = 128
    /// Bytes of a request's body that are read and thrown away to save the connection, when the response is complete
    /// before the request is.
    package var discardLimit = 256 * 1024

    /// Clients that are believed when they say for whom they speak, because they are proxies of the same house.
    package var trustedProxies = TrustedProxies()

    /// Where clients speak TLS, and HTTP/2 if they like; nil is nowhere.
    package var tls: TLSListener?
    /// Whether clients may speak HTTP/2 without TLS, with prior knowledge (RFC 9113 section 3.3).
    package var allowsCleartextHTTP2 = true
    /// Who signs the tokens of those that may see how their requests are routed; nil is nobody.
    package var debugKey: DebugKey?

    /// - Parameter threads: event loops; as many as there are cores when nil.
    package init(listen: [ListenAddress], threads: Int? = nil) {
        self.listen = listen
        self.threads = max(1, threads ?? System.coreCount)
    }
}
