/// How a response's head is written for the client.
struct ResponsePlan {
    /// How the client finds the body's end.
    var framing: BodyFraming
    /// Whether the client's connection ends with this response.
    var closesClient: Bool
    /// Whether an HTTP/1.0 client is told that its connection goes on.
    var saysKeepAlive: Bool
    var changes: CompiledHeaderChanges?
    /// Further lines, each with its CRLF.
    var extra = UnsafeRawBufferPointer(start: nil, count: 0)

    /// - Parameters:
    ///   - request: of the request that this is the response to.
    ///   - closing: whether the client's connection has to end with it for reasons of the proxy's own.
    init(_ head: borrowing ResponseHead, to request: RequestTraits, closing: Bool) {
        switch head.framing {
        case .none, .length: framing = head.framing
        case .chunked, .untilClose: framing = request.isHTTP11 ? .chunked : .untilClose
        }
        closesClient = closing || !request.isKeepAlive || framing == .untilClose
        saysKeepAlive = !closesClient && !request.isHTTP11
        // Nothing about the connection in front of the final response.
        if head.isInformational {
            closesClient = false
            saysKeepAlive = false
        }
    }

    /// Whether the head may be passed on as it came: the writer would write the same.
    func isUntouched(_ head: borrowing ResponseHead) -> Bool {
        head.isClean && framing == head.framing && !closesClient && !saysKeepAlive && changes == nil && extra.isEmpty
    }
}
