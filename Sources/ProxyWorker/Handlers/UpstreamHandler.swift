internal import NIOCore
internal import NIOHTTP1
internal import RoutingEngine

/// The proxy's end of a connection to a peer: hands what comes to the client's handler that owns it, or waits in the
/// pool.
final class UpstreamHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let proxy: ProxyLoop
    private var context: ChannelHandlerContext?
    private var isCounted = false
    private(set) var address = PeerAddress(host: "", port: 0)
    private(set) var idleDeadline = NIODeadline.distantFuture
    /// Whether it has served an exchange before.
    private(set) var isReused = false
    /// The peer's own limit for idle connections, in seconds.
    var keepAlive: Int?
    /// Nil while it is idle.
    var owner: ClientHandler?

    init(proxy: ProxyLoop) { self.proxy = proxy }

    /// Says where it leads, before anything else is done with it.
    func connected(to address: PeerAddress) {
        self.address = address
        // Connecting may have succeeded and the channel closed again before this is told.
        guard isUsable else { return }
        isCounted = true
        proxy.counters.connectedUpstreams += 1
        proxy.counters.upstreamConnections += 1
    }

    // MARK: Sending

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func write(_ part: HTTPClientRequestPart) { context?.write(wrapOutboundOut(part), promise: nil) }

    func flush() { context?.flush() }

    /// Asks for more of the response.
    func read() { context?.read() }

    /// Bytes that wait to be sent.
    var bufferedBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    // MARK: Between exchanges

    /// Ends an exchange: the connection is kept for the next one, or closed.
    func release(keep: Bool) {
        owner = nil
        guard keep, isUsable, !proxy.isDraining else { return close() }
        isReused = true
        var limit = proxy.times.upstreamIdle
        // A second less than the peer says, so that a request doesn't meet its closing.
        if let keepAlive { limit = min(limit, .seconds(Int64(keepAlive) - 1)) }
        guard limit > .zero else { return close() }
        idleDeadline = .now() + limit
        proxy.pool.put(self)?.discard()
        // An outstanding read: bytes that nobody asked for are an error that takes the connection out of the pool.
        read()
    }

    func close() { context?.close(promise: nil) }

    // MARK: ChannelInboundHandler

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let owner else { return close() }
        switch unwrapInboundIn(data) {
        case .head(let head): owner.upstreamHead(head)
        case .body(let buffer): owner.upstreamBody(buffer)
        case .end(let trailers): owner.upstreamEnd(trailers)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard let owner else { return }
        owner.upstreamReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { owner?.upstreamBecameWritable() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Whatever it is, the connection is of no use afterwards; without an owner it leaves the pool by closing.
        owner?.upstreamFailed(isMalformed: Self.isMalformed(error))
        close()
    }

    /// Whether what came was not HTTP; a connection that closed too early isn't that.
    private static func isMalformed(_ error: any Error) -> Bool {
        if case HTTPParserError.invalidEOFState = error { return false }
        return error is HTTPParserError || error is NIOHTTPDecoderError
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isCounted { proxy.counters.upstreamConnections -= 1 }
        proxy.pool.remove(self)
        owner?.upstreamClosed()
    }
}

extension UpstreamHandler: PoolableConnection {
    var isUsable: Bool { context?.channel.isActive ?? false }

    func discard() { close() }
}

@available(*, unavailable)
extension UpstreamHandler: Sendable {}
