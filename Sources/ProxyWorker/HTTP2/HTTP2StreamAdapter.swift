internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// Lets the next handler speak HTTP/1.1 on the channel of one request of HTTP/2.
///
/// Each side reads only when the other one asks, and writability is the channel's: so neither a request's nor a
/// response's body is held here.
final class HTTP2StreamAdapter: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = HTTP2Frame.FramePayload

    enum RequestState: Hashable {
        case head
        case body(HTTP2Request.Body)
        /// With its end; or nobody wants the rest.
        case done
    }

    let limits: HTTP2Limits
    var request = RequestState.head
    /// Whether a chunk of the request's body has been passed on: the end of its line comes with the next one.
    var hasOpenChunk = false

    var response = ResponseBytes(isHead: false)
    var responsePhase = ResponsePhase.reading
    /// The last bytes of the body so far: they may turn out to be the last ones.
    var held: ByteBuffer?
    var heldPromise: EventLoopPromise<Void>?

    /// Above 0 while the next handler is inside `write`, `flush` or `close`: it doesn't hear there that the channel has
    /// ended.
    var depth = 0
    /// Whether the next handler has heard that the channel has ended: when it has closed it, that is before the client
    /// has got all of the response.
    var hasToldEnd = false
    /// Whether the next handler has closed the channel.
    var isClosed = false
    var lingerTimer: Scheduled<Void>?

    enum ResponsePhase: Hashable {
        case reading
        /// The end has been given to the stream.
        case ended
        /// The end has been written to the client's connection.
        case written
        /// The stream was reset from here.
        case reset
    }

    init(limits: HTTP2Limits) {
        self.limits = limits
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let frame): received(frame, context)
        case .data(let frame): received(frame, context)
        default: break
        }
    }

    func read(context: ChannelHandlerContext) {
        // After the request nothing comes; the end of the channel is told without asking.
        if request != .done { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The end of the channel follows this one.
        guard !(error is NIOHTTP2Errors.StreamClosed) else { return }
        reset(.internalError, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        lingerTimer?.cancel()
        lingerTimer = nil
        heldPromise?.fail(ChannelError.eof)
        heldPromise = nil
        held = nil
        request = .done
        tellEnd(context)
    }

    /// Tells the next handler that the channel has ended: once, and not while it is busy with it.
    func tellEnd(_ context: ChannelHandlerContext) {
        guard !hasToldEnd else { return }
        hasToldEnd = true
        guard depth > 0 else { return context.fireChannelInactive() }
        context.eventLoop.assumeIsolated().execute { context.fireChannelInactive() }
    }
}

@available(*, unavailable)
extension HTTP2StreamAdapter: Sendable {}
