/// What an exchange keeps of a request's head when the head itself is gone. Trivial.
struct RequestTraits: Hashable {
    var framing = BodyFraming.none
    /// False for HTTP/1.0.
    var isHTTP11 = true
    /// Whether the client wants to use its connection again.
    var isKeepAlive = true
    /// Whether the client holds its body back until it is told to go on (RFC 9110 section 10.1.1).
    var expectsContinue = false
    /// Whether it asks for another protocol on its connection, such as WebSocket: HTTP/1.1, `Connection: upgrade` with
    /// Upgrade, and no body. Never for `h2c`: behind that, requests would pass this proxy unseen.
    var isUpgrade = false
    var isHead = false
    /// Whether sending it twice is the same as sending it once (RFC 9110 section 9.2.2).
    var isIdempotent = false
}
