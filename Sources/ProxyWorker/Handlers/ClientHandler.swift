internal import NIOCore
internal import NIOHTTP1

/// A client's connection: takes its requests one after the other through routing and an exchange with a peer.
///
/// Nothing is read from the client but what can be passed on at once: `read()` is called when the upstream connection
/// can take more, and the other way round. So memory stays bounded whatever either side sends.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    enum Phase: Hashable {
        /// Between two requests.
        case idle
        /// A request is being served.
        case exchanging
        /// The answer is complete, the request isn't: what is left of its body is thrown away.
        case discarding(bytesLeft: Int)
        /// Nothing more is sent; what still comes is thrown away until the client closes too.
        case closing
    }

    let proxy: ProxyLoop
    var context: ChannelHandlerContext?
    var reader = RequestReader(sourceIP: "")
    var phase = Phase.idle
    var exchange: Exchange?
    /// Tells a late connection for a request that is over from one for the request being served.
    var exchangeNumber = 0
    var deadline = NIODeadline.distantFuture

    /// Requests, or their bodies, that came before the response before them had ended.
    private var backlog = CircularBuffer<HTTPServerRequestPart>()
    /// What came after `backlog` wasn't HTTP.
    private var brokenInput: ProxyProblem?
    private var isReading = false
    private var isDrainingBacklog = false
    /// Bytes that waited to be sent when the deadline was last looked at.
    private var bufferedBefore = 0

    init(proxy: ProxyLoop) { self.proxy = proxy }

    // MARK: ChannelInboundHandler

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        reader = RequestReader(sourceIP: Self.canonicalAddress(context.channel.remoteAddress))
        proxy.clientConnected(self)
        if proxy.closesIdle { return cut() }
        deadline = .now() + proxy.times.clientIdle
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        let part = unwrapInboundIn(data)
        if phase == .closing { return }
        if backlog.isEmpty, isReceptive { handle(part) } else { backlog.append(part) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        context.flush()
        exchange?.upstream?.flush()
        readMore()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        switch phase {
        case .exchanging:
            touch()
            exchange?.upstream?.read()
        case .idle:
            drainBacklog()
        case .discarding, .closing:
            break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // All was sent: the client has this long to close its side.
        if case .outputClosed? = event as? ChannelEvent { deadline = .now() + proxy.times.linger }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else {
            // A socket's error closes the channel; what has to be done is done then.
            if !(error is ByteToMessageDecoderError) { context.close(promise: nil) }
            return
        }
        guard phase != .closing, brokenInput == nil else { return }
        brokenInput = Self.problem(for: error)
        drainBacklog()
    }

    func channelInactive(context: ChannelHandlerContext) {
        proxy.clientClosed(self)
        phase = .closing
        backlog.removeAll()
        guard let exchange else { return }
        self.exchange = nil
        proxy.counters.activeExchanges -= 1
        proxy.counters.clientAborts += 1
        exchange.upstream?.release(keep: false)
    }

    // MARK: What comes from the client

    /// Whether the next part can be dealt with now.
    private var isReceptive: Bool {
        switch phase {
        // A client that doesn't read its responses doesn't get its further requests served.
        case .idle: return context?.channel.isWritable ?? false
        case .exchanging: return exchange?.state.requestEnded == false
        case .discarding, .closing: return true
        }
    }

    private func handle(_ part: HTTPServerRequestPart) {
        switch (phase, part) {
        case (.idle, .head(let head)): requestHead(head)
        case (.exchanging, .body(let buffer)): requestBody(buffer)
        case (.exchanging, .end(let trailers)): requestEnd(trailers)
        case (.discarding(let left), .body(let buffer)):
            let left = left - buffer.readableBytes
            if left < 0 { closeGracefully() } else { phase = .discarding(bytesLeft: left) }
        case (.discarding, .end): becomeIdle()
        default: break
        }
    }

    /// Deals with what came while a response was under way. A loop rather than recursion: thousands of pipelined
    /// requests may be answered here one after the other.
    func drainBacklog() {
        guard !isDrainingBacklog else { return }
        isDrainingBacklog = true
        while isReceptive, let part = backlog.popFirst() { handle(part) }
        isDrainingBacklog = false
        if let problem = brokenInput, backlog.isEmpty, isReceptive {
            brokenInput = nil
            switch phase {
            case .idle: answer(problem, closing: true)
            case .exchanging: requestBroke()
            // It has its answer already.
            case .discarding: closeGracefully()
            case .closing: break
            }
        }
        guard !isReading else { return }
        context?.flush()
        exchange?.upstream?.flush()
        readMore()
    }

    /// Asks for more of what can be dealt with at once.
    func readMore() {
        guard backlog.isEmpty, brokenInput == nil, isReceptive, !isReading else { return }
        if phase == .exchanging {
            guard let upstream = exchange?.upstream, upstream.isWritable else { return }
        }
        context?.read()
    }

    // MARK: Time

    /// Something moved.
    func touch() {
        guard let exchange else { return }
        switch exchange.state.response {
        case .connecting: deadline = exchange.state.requestEnded ? .distantFuture : .now() + proxy.times.streamIdle
        case .awaited:
            deadline = .now() + (exchange.state.requestEnded ? proxy.times.responseHead : proxy.times.streamIdle)
        case .streaming, .ended: deadline = .now() + proxy.times.streamIdle
        }
    }

    func checkDeadline(_ now: NIODeadline) {
        guard deadline <= now else { return }
        let waiting = bufferedBytes
        let buffered = waiting + (exchange?.upstream?.bufferedBytes ?? 0)
        if buffered > 0, buffered != bufferedBefore {
            // A slow reader is not a dead one. Nobody tells when bytes leave a buffer that stays full, so look.
            bufferedBefore = buffered
            deadline = now + proxy.times.streamIdle
            return
        }
        switch phase {
        case .exchanging: exchangeTimedOut(clientIsSlow: waiting > 0)
        case .idle, .discarding, .closing: cut()
        }
    }

    private var bufferedBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    // MARK: The end

    /// The worker stops: an idle connection ends now, another after its response.
    func drain() {
        if phase == .idle, backlog.isEmpty { closeGracefully() }
    }

    /// Closes without waiting for anything.
    func cut() { context?.close(promise: nil) }

    /// Closes after all that was written is sent, and after the client has closed or had time to: closing a socket
    /// that has unread bytes would take back what is still on its way (RFC 9112 section 9.6).
    func closeGracefully() {
        guard phase != .closing else { return }
        phase = .closing
        backlog.removeAll()
        deadline = .now() + proxy.times.streamIdle
        context?.flush()
        context?.close(mode: .output, promise: nil)
        context?.read()
    }
}

@available(*, unavailable)
extension ClientHandler: Sendable {}
