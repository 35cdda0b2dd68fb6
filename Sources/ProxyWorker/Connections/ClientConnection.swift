internal import NIOCore
internal import RoutingEngine

/// A client's connection: takes its requests one after the other through routing and an exchange with a peer.
///
/// Bytes come in and bytes go out. What can't be passed on is not taken from the socket, so that memory stays bounded
/// whatever either side sends.
final class ClientConnection: ChannelInboundHandler, RemovableChannelHandler, UpstreamOwner {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase: Hashable {
        /// Between two requests, or in the middle of a head.
        case idle
        /// A request is being served.
        case exchanging
        /// The answer is complete, the request isn't: what is left of its body is thrown away.
        case discarding(bytesLeft: Int)
        /// The connection has become something else than HTTP; bytes pass in both directions.
        case tunnel
        /// Nothing more is sent; what still comes is thrown away until the client closes too.
        case closing
    }

    let proxy: ProxyLoop
    let front: ClientFront
    var context: ChannelHandlerContext?
    var phase = Phase.idle
    var exchange: Exchange?
    /// Tells a late connection for a request that is over from one for the request being served.
    var exchangeNumber = 0
    /// Follows the request's body.
    var requestBody = BodyReader(.none, isChunkedOut: false)
    /// Follows the response's body.
    var responseBody = BodyReader(.none, isChunkedOut: false)
    /// The head of the request being served, as it came.
    var head = ByteBuffer()
    /// The client's address in its canonical text; of a trusted proxy's request, that of whom it speaks for.
    var sourceIP: [UInt8] = []
    /// The connection's address when it is a trusted proxy's; else empty.
    var trustedProxyIP: [UInt8] = []
    var deadline = NIODeadline.distantFuture
    /// What came and can't be dealt with yet: the beginning of a head, or requests before the response to the one
    /// before them has ended.
    var waiting: ByteBuffer?
    /// The client said that it sends nothing more.
    var inputEnded = false
    var headProgress = HeadProgress()
    /// Some of a head has come.
    var isReceivingHead = false
    var isTaking = false
    /// Bytes of either side are being dealt with; what they lead to is flushed, and reading looked at, after the last.
    private var isInBurst = false
    /// The same, of what comes from the peer: whether the client takes it is looked at after it was flushed.
    var isTakingResponse = false
    /// Of what waits to be sent, to the client and to the peer.
    var stall = StallWatch()
    private(set) var isWritable = true
    private var hasStarted = false
    /// All that is to be sent was, and the client has been told so.
    private var outputEnded = false
    private var isAutoRead = true

    // The loop's list of its clients.
    var nextClient: ClientConnection?
    unowned(unsafe) var previousClient: ClientConnection?

    init(proxy: ProxyLoop, front: ClientFront) {
        self.proxy = proxy
        self.front = front
    }

    // MARK: ChannelInboundHandler

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { start(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) { start(context) }

    private func start(_ context: ChannelHandlerContext) {
        guard !hasStarted else { return }
        hasStarted = true
        sourceIP = Array(
            Self.canonicalAddress(context.channel.remoteAddress ?? context.channel.parent?.remoteAddress).utf8)
        noteTrust()
        proxy.clientConnected(self)
        // A stream of HTTP/2 is one that was on its way when the end was announced.
        if proxy.closesIdle, !front.isHTTP2 { return cut() }
        deadline = .now() + proxy.times.clientIdle
        if front == .plain, proxy.hasTooManyClients {
            proxy.counters.requests += 1
            answer(ProxyProblem(.overloaded), closing: true)
            context.flush()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        proxy.now = .now()
        isInBurst = true
        var buffer = unwrapInboundIn(data)
        if var before = waiting {
            waiting = nil
            before.writeBuffer(&buffer)
            take(&before)
        } else {
            take(&buffer)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isInBurst = false
        context.flush()
        exchange?.upstream?.flush()
        updateReading()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        guard isWritable else {
            guard !isTakingResponse else { return }
            if phase == .exchanging || phase == .tunnel { exchange?.upstream?.isReading = false }
            return
        }
        switch phase {
        case .exchanging, .tunnel:
            touch()
            exchange?.upstream?.isReading = true
        case .idle:
            resume()
        case .discarding, .closing:
            break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? ChannelEvent {
        case .inputClosed?: endInput()
        // All was sent: the client has this long to close its side.
        case .outputClosed? where phase == .closing:
            outputEnded = true
            deadline = .now() + proxy.times.linger
            if inputEnded { cut() }
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        proxy.clientClosed(self)
        let before = phase
        phase = .closing
        waiting = nil
        guard exchange != nil else { return }
        if before != .tunnel {
            proxy.counters.clientAborts += 1
            fail(.clientAbort)
        }
        endExchange(keepsUpstream: false)
    }

    // MARK: Taking what comes

    /// Deals with what it can of `buffer`, and keeps the rest. A loop rather than recursion: thousands of pipelined
    /// requests may be answered here one after the other.
    private func take(_ buffer: inout ByteBuffer) {
        isTaking = true
        defer { isTaking = false }
        while buffer.readableBytes > 0 {
            switch phase {
            case .idle:
                // A client that doesn't read its responses doesn't get its further requests served.
                guard isWritable, takeHead(&buffer) else { return stash(buffer) }
            case .exchanging:
                guard !requestBody.hasEnded, exchange?.state.mayHoldMore == true else { return stash(buffer) }
                let before = buffer.readableBytes
                takeBody(&buffer)
                // The beginning of a trailer section: it waits for the rest.
                if buffer.readableBytes == before, phase == .exchanging, !requestBody.hasEnded { return stash(buffer) }
            case .discarding(let left):
                let before = buffer.readableBytes
                discard(&buffer, left)
                if buffer.readableBytes == before, case .discarding = phase { return stash(buffer) }
            case .tunnel:
                return passThrough(&buffer)
            case .closing:
                return
            }
        }
        endIfDone()
        updateReading()
    }

    /// Nothing more comes from a client that has closed its side and whose requests are all answered.
    private func endIfDone() {
        if inputEnded, phase == .idle { closeGracefully() }
    }

    /// Bytes that are kept while a response is under way.
    private static let waitingLimit = 64 * 1024

    private func stash(_ buffer: ByteBuffer) {
        if inputEnded, phase == .idle, isWritable { return closeGracefully() }
        if phase == .closing { return }
        if phase == .idle, buffer.readableBytes < 4096 {
            // A copy, so that the whole of what was read isn't held for the beginning of a head.
            waiting = ByteBuffer(bytes: buffer.readableBytesView)
        } else {
            waiting = buffer
        }
        updateReading()
    }

    /// Goes on with what waits.
    func resume() {
        guard !isTaking else { return }
        if var buffer = waiting {
            waiting = nil
            take(&buffer)
        } else {
            endIfDone()
        }
        updateReading()
        context?.flush()
        exchange?.upstream?.flush()
    }

    /// Takes from the socket what can be dealt with, and no more.
    func updateReading() {
        guard !isInBurst else { return }
        let wants: Bool
        switch phase {
        case .idle: wants = isWritable || waiting == nil
        case .exchanging:
            if requestBody.hasEnded {
                wants = (waiting?.readableBytes ?? 0) < Self.waitingLimit
            } else {
                wants = exchange?.state.mayHoldMore == true && (exchange?.upstream?.isWritable ?? true)
            }
        case .tunnel: wants = exchange?.upstream?.isWritable ?? true
        case .discarding, .closing: wants = true
        }
        guard wants != isAutoRead, let context else { return }
        isAutoRead = wants
        try? context.channel.syncOptions?.setOption(.autoRead, value: wants)
        if wants, front.isHTTP2 { context.read() }
    }

    private func discard(_ buffer: inout ByteBuffer, _ left: Int) {
        let count = buffer.readableBytes
        switch requestBody.read(&buffer, emit: { _ in }) {
        case .ended: becomeIdle()
        case .more where count <= left: phase = .discarding(bytesLeft: left - count)
        case .more, .invalid: closeGracefully()
        }
    }

    /// The client said that it sends nothing more.
    private func endInput() {
        inputEnded = true
        switch phase {
        case .idle where waiting != nil && !isWritable:
            // Requests that wait until the client has taken the responses before them.
            break
        case .idle, .discarding:
            closeGracefully()
        case .closing:
            // What is still on its way goes out before.
            if outputEnded || front != .plain { cut() }
        case .exchanging where requestBody.hasEnded:
            // Half closed: it still gets its response. It may also be gone, and nothing tells which before something
            // is sent; so a peer isn't waited for as long as for others.
            touch()
        case .exchanging:
            cut()
        case .tunnel:
            exchange?.upstream?.flush()
            exchange?.upstream?.closeOutput()
        }
    }

    // MARK: The end

    /// The worker stops: an idle connection ends now, another after its response.
    func drain() {
        if phase == .idle, waiting == nil { closeGracefully() }
    }

    /// Closes without waiting for anything.
    func cut() { context?.close(promise: nil) }

    /// Closes after all that was written is sent, and after the client has closed or had time to: closing a socket
    /// that has unread bytes would take back what is still on its way (RFC 9112 section 9.6).
    func closeGracefully() {
        guard phase != .closing else { return }
        phase = .closing
        waiting = nil
        deadline = .now() + proxy.times.streamIdle
        if inputEnded, front == .plain {
            cutWhenSent()
        } else {
            context?.flush()
            context?.close(mode: front.isHTTP2 ? .all : .output, promise: nil)
        }
        updateReading()
    }

    /// Closes after all that was written is sent. When the client has closed its side, closing the other one would be
    /// closing at once, and what waits would be lost.
    func cutWhenSent() {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in self.cut() }
    }

    /// A client's address in its canonical text; an IPv4 client of an IPv6 listener counts as what it is.
    static func canonicalAddress(_ address: SocketAddress?) -> String {
        let text = address?.ipAddress ?? ""
        return text.hasPrefix("::ffff:") && text.contains(".") ? String(text.dropFirst(7)) : text
    }
}

@available(*, unavailable)
extension ClientConnection: Sendable {}
