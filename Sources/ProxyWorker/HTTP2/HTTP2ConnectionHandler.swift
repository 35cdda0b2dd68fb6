internal import NIOCore
internal import NIOHTTP2

/// Looks after a client's connection with HTTP/2, behind the handler that deals its frames out to the streams.
final class HTTP2ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private static let announcement = HTTP2PingData(withInteger: 0x5349_474E_414C_0001)

    private let gate: HTTP2Gate
    private let fronts: ClientFronts
    private let limits: HTTP2Limits
    private var state = HTTP2ConnectionState()
    private var context: ChannelHandlerContext?
    private var idleTimer: Scheduled<Void>?
    private var farewellTimer: Scheduled<Void>?
    /// Whether an error was told to the client with `GOAWAY`.
    private var hasToldError = false

    init(behind gate: HTTP2Gate, fronts: ClientFronts, limits: HTTP2Limits) {
        self.gate = gate
        self.fronts = fronts
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        fronts.opened(self)
        perform(state.opened())
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Frames of the connection itself have been dealt with before they come here.
        if case .ping(Self.announcement, ack: true) = unwrapInboundIn(data).payload {
            perform(state.announcementRead())
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Nothing of HTTP/2 can go on without the client, not even a response.
        if case .inputClosed? = event as? ChannelEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // After an error of one stream the others go on: only `GOAWAY` ends a connection. What is no error of HTTP/2 is
        // one of TLS or of the socket.
        if hasToldError {
            perform(state.failed())
        } else if !(error is any NIOHTTP2Error) {
            context.close(promise: nil)
        }
    }

    /// No more requests; the connection is closed when the last response has been sent.
    func drain() { perform(state.saysGoodbye()) }

    func cut() { context?.close(promise: nil) }

    func streamOpened(_ stream: Int) { perform(state.streamOpened(stream)) }

    func streamClosed() { perform(state.streamClosed()) }

    private func end() {
        perform(state.closed())
        farewellTimer?.cancel()
        farewellTimer = nil
        fronts.closed(self)
    }

    private func perform(_ actions: [HTTP2ConnectionState.Action]) {
        guard let context else { return }
        for action in actions {
            switch action {
            case .startIdleTimer:
                idleTimer = after(limits.idleTimeout, context) { $0.perform($0.state.saysGoodbye()) }
            case .stopIdleTimer:
                idleTimer?.cancel()
                idleTimer = nil
            case .announceEnd:
                gate.announceEnd()
                let ping = HTTP2Frame(streamID: .rootStream, payload: .ping(Self.announcement, ack: false))
                context.writeAndFlush(wrapOutboundOut(ping), promise: nil)
                startFarewell(context)
            case .end(let lastStream):
                let goAway = HTTP2Frame.FramePayload.goAway(
                    lastStreamID: HTTP2StreamID(lastStream), errorCode: .noError, opaqueData: nil)
                context.writeAndFlush(
                    wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: goAway)), promise: nil)
            case .close:
                // The last frames of the last stream may not have been flushed yet.
                context.eventLoop.assumeIsolated().execute { [self] in closeWhenSent() }
            case .closeSoon:
                // What still comes is thrown away: closing with unread bytes would take the `GOAWAY` away from the
                // client (TCP reset).
                gate.shut()
                startFarewell(context)
            }
        }
    }

    /// Closes when the socket has taken all that was written: closing drops what it hasn't.
    private func closeWhenSent() {
        guard let context else { return }
        let ping = HTTP2Frame(streamID: .rootStream, payload: .ping(Self.announcement, ack: false))
        context.writeAndFlush(wrapOutboundOut(ping)).assumeIsolated().whenComplete { [self] _ in cut() }
        // A client that takes nothing isn't waited for.
        farewellTimer?.cancel()
        farewellTimer = after(limits.farewell, context) { $0.cut() }
    }

    private func startFarewell(_ context: ChannelHandlerContext) {
        farewellTimer?.cancel()
        farewellTimer = after(limits.farewell, context) { $0.perform($0.state.farewellEnded()) }
    }

    private func after(
        _ time: TimeAmount, _ context: ChannelHandlerContext, _ body: @escaping (HTTP2ConnectionHandler) -> Void
    ) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: time) { body(self) }
    }
}

extension HTTP2ConnectionHandler: NIOHTTP2FrameDelegate {
    func wroteFrame(_ frame: HTTP2Frame) {
        if case .goAway(_, let code, _) = frame.payload, code != .noError { hasToldError = true }
    }
}

@available(*, unavailable)
extension HTTP2ConnectionHandler: Sendable {}
