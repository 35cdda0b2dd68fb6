internal import NIOCore

/// How much, and for how long, one connection may take.
struct ConnectionLimits: Sendable {
    /// Connections at a time; whoever comes beyond gets a 503.
    var connections = 10_000
    /// From the first byte of a request to the end of its head.
    var headTime = TimeAmount.seconds(10)
    /// From there to the end of its body, and one second more for each `bodyPace` bytes that have come.
    var bodyTime = TimeAmount.seconds(30)
    var bodyPace = 128 << 10
    /// For as long nothing may be taken of what waits to be sent.
    var stallTime = TimeAmount.seconds(30)
    /// For a TLS handshake.
    var handshakeTime = TimeAmount.seconds(10)
    /// A connection on which nothing is asked.
    var idleTime = TimeAmount.seconds(120)
    /// A head, in bytes.
    var head = 32 << 10
}
