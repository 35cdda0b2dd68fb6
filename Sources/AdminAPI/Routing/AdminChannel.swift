internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import RoutingModel

/// A connection to the admin API: questions of workers are held close to the socket, everything else is Hummingbird's.
struct AdminChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// The connection as general code serves it, once it has gone over to that.
        let takeover: EventLoopFuture<HTTP1Channel.Value>
    }

    let general: HTTP1Channel
    let desk: RoutingDesk
    var limits = ConnectionLimits()
    var tls: AdminTLS?
    let slots: ConnectionSlots

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let promise = channel.eventLoop.makePromise(of: HTTP1Channel.Value.self)
        return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(StallHandler(limit: limits.stallTime))
            guard slots.take() else {
                promise.fail(ChannelError.eof)
                turnAway(channel)
                return Value(channel: channel, takeover: promise.futureResult)
            }
            channel.closeFuture.whenComplete { [slots] _ in slots.free() }
            if let tls {
                try pipeline.addHandler(NIOSSLServerHandler(context: tls.context))
                try pipeline.addHandler(HandshakeTimer(limit: limits.handshakeTime))
            }
            try pipeline.addHandler(
                HeldQuestionHandler(desk: desk, general: general, limits: limits, logger: logger, takeover: promise))
            return Value(channel: channel, takeover: promise.futureResult)
        }
    }

    /// There are as many as there may be. A handshake would cost more than it is worth.
    private func turnAway(_ channel: any Channel) {
        guard tls == nil else { return channel.close(promise: nil) }
        let problem = Problem(.unavailable, "There are \(limits.connections) connections already.")
        channel.eventLoop.execute {
            RawAnswer.close(channel, saying: problem)
        }
    }

    func handle(value: Value, logger: Logger) async {
        guard let channel = try? await value.takeover.get() else { return }
        await general.handle(value: channel, logger: logger)
    }
}
