internal import NIOCore
internal import NIOTLS

/// Waits behind TLS for the end of the handshake, and goes on with what client and server have agreed on (ALPN, RFC
/// 7301).
final class TLSHandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let fronts: ClientFronts
    private let timeout: TimeAmount
    private var timer: Scheduled<Void>?
    private var context: ChannelHandlerContext?

    init(fronts: ClientFronts, timeout: TimeAmount) {
        self.fronts = fronts
        self.timeout = timeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        fronts.began(self)
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        fronts.ended(self)
        self.context = nil
    }

    /// The next handler hears of the channel when it is there.
    func channelActive(context: ChannelHandlerContext) {}

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        fronts.ended(self)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { return context.close(promise: nil) }
        guard let event = event as? TLSUserEvent, case .handshakeCompleted(let negotiated) = event else {
            return context.fireUserInboundEventTriggered(event)
        }
        do {
            // Without ALPN a client speaks HTTP/1.1.
            if negotiated == "h2" {
                try fronts.addHTTP2(context.channel, isTLS: true)
            } else {
                try fronts.addHTTP1(context)
            }
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    /// A client that has no common version or cipher with us, doesn't like the certificate, or doesn't speak TLS.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func cut() { context?.close(promise: nil) }
}

@available(*, unavailable)
extension TLSHandshakeHandler: Sendable {}
