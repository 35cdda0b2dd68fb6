internal import NIOCore

/// Closes a connection whose other end takes nothing of what waits to be sent. Whoever reads slowly may do so; a
/// question that is held, or a stream on which nothing happens, has nothing waiting.
final class StallHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let limit: TimeAmount
    private var watching: Scheduled<Void>?
    private var waiting = Int.max
    private var since = NIODeadline.now()

    init(limit: TimeAmount) { self.limit = limit }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        watching?.cancel()
        watching = nil
        if !context.channel.isWritable {
            waiting = .max
            look(context)
        }
        context.fireChannelWritabilityChanged()
    }

    /// While the channel isn't writable nothing is added, so what waits can only become less.
    private func look(_ context: ChannelHandlerContext) {
        let now = Self.waiting(context.channel)
        if now < waiting {
            waiting = now
            since = .now()
        } else if NIODeadline.now() - since >= limit {
            return context.close(promise: nil)
        }
        let pause = TimeAmount.nanoseconds(max(limit.nanoseconds / 6, 1_000_000))
        watching = context.eventLoop.assumeIsolated().scheduleTask(in: pause) { [weak self] in
            guard let self, self.watching != nil, context.channel.isActive else { return }
            self.look(context)
        }
    }

    private static func waiting(_ channel: any Channel) -> Int {
        (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    func channelInactive(context: ChannelHandlerContext) {
        watching?.cancel()
        watching = nil
        context.fireChannelInactive()
    }
}

@available(*, unavailable)
extension StallHandler: Sendable {}
