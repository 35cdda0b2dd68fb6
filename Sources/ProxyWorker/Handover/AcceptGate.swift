internal import Logging
internal import NIOCore

/// Opens and closes a listener, and lets one that can't accept, because there are no descriptors left, wait a little:
/// whoever waits in the socket's queue is there until accepted, and the event loop would do nothing but try.
final class AcceptGate: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = any Channel

    /// An outbound event: whether clients are taken.
    struct Wanted: Sendable {
        let value: Bool
    }

    static let pause = TimeAmount.milliseconds(50)
    /// How often it is told.
    static let mention = TimeAmount.seconds(10)

    private let logger: Logger
    private var isWanted = false
    private var isPaused = false
    private var silentUntil = NIODeadline.uptimeNanoseconds(0)

    init(logger: Logger) { self.logger = logger }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let wanted = event as? Wanted else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        isWanted = wanted.value
        promise?.completeWith(Result { try update(context) })
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let now = NIODeadline.now()
        if now >= silentUntil {
            silentUntil = now + Self.mention
            logger.warning("a client could not be accepted", metadata: ["error": "\(error)"])
        }
        guard !isPaused else { return }
        isPaused = true
        try? update(context)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPaused = false
            try? self.update(context)
        }
    }

    private func update(_ context: ChannelHandlerContext) throws {
        guard let options = context.channel.syncOptions else { return }
        try options.setOption(.autoRead, value: isWanted && !isPaused)
    }
}

@available(*, unavailable)
extension AcceptGate: Sendable {}
