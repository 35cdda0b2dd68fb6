/// How a request's head is written for a peer. Valid for one call: its pointers are not kept.
struct RequestPlan {
    /// The client's address in its canonical text.
    var sourceIP: UnsafeRawBufferPointer
    /// The address of the client's connection: another one only of a client that is trusted.
    var connectionIP: UnsafeRawBufferPointer
    /// Whether the client came over TLS.
    var isSecure = false
    /// Whether what the client says of whom it speaks for is believed: it is a proxy of the same house. Then `Forwarded`,
    /// `X-Real-IP` and the `X-Forwarded-…` that it sent stay.
    var trustsClient = false
    /// The peer's `address:port`, for Host when an HTTP/1.0 client sent none.
    var peerAuthority: UnsafeRawBufferPointer
    var rewrite: CompiledRewrite?
    var changes: CompiledHeaderChanges?
    /// Leaves out Expect: the client has had its 100 already, or the body is at hand.
    var dropsExpect = false
    /// Further lines, each with its CRLF.
    var extra = UnsafeRawBufferPointer(start: nil, count: 0)

    init(sourceIP: UnsafeRawBufferPointer, peerAuthority: UnsafeRawBufferPointer) {
        self.sourceIP = sourceIP
        connectionIP = sourceIP
        self.peerAuthority = peerAuthority
    }
}
