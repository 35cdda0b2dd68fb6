internal import NIOCore
internal import NIOTLS
internal import RoutingEngine

/// The proxy's end of a connection to a peer: hands what comes to who owns it, or waits among its endpoint's idle ones.
final class UpstreamConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let proxy: ProxyLoop
    let endpoint: Endpoint
    private var context: ChannelHandlerContext?
    private var isCounted = false
    private var hasLeft = false
    private var isAutoRead = true
    private(set) var isWritable = true
    private(set) var isUsable = false
    private var isBroken = false
    /// The peer said that it sends nothing more, in a tunnel.
    private var inputEnded = false
    private var handshake: (((any Error)?) -> Void)?
    private var handshakeTimer: Scheduled<Void>?
    private(set) var idleDeadline = NIODeadline.distantFuture
    /// Whether it has served an exchange before.
    private(set) var isReused = false
    /// The peer's own limit for idle connections, in seconds; -1 when it has named none.
    var keepAlive = -1
    var headProgress = HeadProgress()
    /// Nil while it is idle.
    var owner: (any UpstreamOwner)?
    /// What of a response has come and could not be dealt with yet.
    private var waiting: ByteBuffer?

    init(proxy: ProxyLoop, endpoint: Endpoint) {
        self.proxy = proxy
        self.endpoint = endpoint
        endpoint.connectionCount += 1
    }

    /// It has closed, or never came about.
    func leave() {
        guard !hasLeft else { return }
        hasLeft = true
        endpoint.connectionCount -= 1
        endpoint.remove(self)
    }

    /// Its channel is connected, TLS included, and it is about to be used.
    func connected() {
        // Told before the handlers are: a channel may also have closed again by now.
        isUsable = context?.channel.isActive ?? false
        guard isUsable, !isCounted else { return }
        isCounted = true
        proxy.counters.connectedUpstreams += 1
        proxy.counters.upstreamConnections += 1
    }

    /// Calls `done` once TLS is there, with nil, or when it won't be.
    func awaitHandshake(within limit: TimeAmount, _ done: @escaping ((any Error)?) -> Void) {
        guard isUsable, let context else { return done(ChannelError.ioOnClosedChannel) }
        handshake = done
        handshakeTimer = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { [self] in
            endHandshake(ChannelError.connectTimeout(limit))
            close()
        }
    }

    private func endHandshake(_ failure: (any Error)?) {
        handshakeTimer?.cancel()
        handshakeTimer = nil
        let done = handshake
        handshake = nil
        done?(failure)
    }

    // MARK: Sending

    func write(_ buffer: ByteBuffer) { context?.write(wrapOutboundOut(buffer), promise: nil) }

    func flush() { context?.flush() }

    /// Whether bytes of the response are taken from the socket.
    var isReading: Bool {
        get { isAutoRead }
        set {
            guard newValue != isAutoRead, let context else { return }
            isAutoRead = newValue
            try? context.channel.syncOptions?.setOption(.autoRead, value: newValue)
        }
    }

    /// Bytes that wait to be sent.
    var bufferedBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// From now on one side may end before the other.
    func becomeTunnel() { try? context?.channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true) }

    /// Says that nothing more will be sent.
    func closeOutput() {
        guard let context else { return }
        guard inputEnded, endpoint.key.tls == nil else { return context.close(mode: .output, promise: nil) }
        // Closing the second half would be closing at once, and what waits would be lost.
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in self.close() }
    }

    /// Gives what waits to the owner once more.
    func resume() {
        guard let owner, var buffer = waiting, buffer.readableBytes > 0 else { return }
        waiting = nil
        owner.upstreamReceived(&buffer)
        keep(&buffer)
        self.owner?.upstreamReadComplete()
    }

    // MARK: Between exchanges

    /// Ends an exchange: the connection is kept for the next one, or closed.
    func release(keep: Bool) {
        owner = nil
        guard keep, isUsable, !proxy.isDraining, waiting == nil else { return close() }
        isReused = true
        var limit = proxy.times.upstreamIdle
        // A second less than the peer says, so that a request doesn't meet its closing.
        if keepAlive >= 0 { limit = min(limit, .seconds(Int64(keepAlive) - 1)) }
        guard limit > .zero else { return close() }
        idleDeadline = proxy.now + limit
        if let surplus = endpoint.put(self, limit: proxy.configuration.maxIdlePerPeer) { surplus.close() }
        // Bytes that nobody asked for, or its closing, take it out again.
        isReading = true
    }

    func close() {
        isUsable = false
        context?.close(promise: nil)
    }

    // MARK: ChannelInboundHandler

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        isUsable = context.channel.isActive
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        isUsable = false
    }

    func channelActive(context: ChannelHandlerContext) {
        isUsable = true
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let owner else { return close() }
        var buffer = unwrapInboundIn(data)
        if var before = waiting {
            waiting = nil
            before.writeBuffer(&buffer)
            owner.upstreamReceived(&before)
            keep(&before)
        } else {
            owner.upstreamReceived(&buffer)
            keep(&buffer)
        }
    }

    private func keep(_ buffer: inout ByteBuffer) {
        if buffer.readableBytes > 0 { waiting = buffer }
    }

    func channelReadComplete(context: ChannelHandlerContext) { owner?.upstreamReadComplete() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable { owner?.upstreamBecameWritable() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            inputEnded = true
            owner?.upstreamEndedInput()
        }
        if case .handshakeCompleted? = event as? TLSUserEvent { endHandshake(nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Whatever it is, the connection is of no use afterwards; what has to be done is done when it has closed.
        isBroken = true
        endHandshake(error)
        close()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isUsable = false
        endHandshake(ChannelError.eof)
        if isCounted { proxy.counters.upstreamConnections -= 1 }
        leave()
        let owner = owner
        self.owner = nil
        owner?.upstreamClosed(isBroken: isBroken)
    }
}

@available(*, unavailable)
extension UpstreamConnection: Sendable {}
