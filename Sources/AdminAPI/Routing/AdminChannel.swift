internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// A connection to the admin API: questions of workers are held close to the socket, everything else is Hummingbird's.
struct AdminChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// The connection as general code serves it, once it has gone over to that.
        let takeover: EventLoopFuture<HTTP1Channel.Value>
    }

    let general: HTTP1Channel
    let desk: RoutingDesk

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let promise = channel.eventLoop.makePromise(of: HTTP1Channel.Value.self)
            try channel.pipeline.syncOperations.addHandler(
                HeldQuestionHandler(desk: desk, general: general, logger: logger, takeover: promise))
            return Value(channel: channel, takeover: promise.futureResult)
        }
    }

    func handle(value: Value, logger: Logger) async {
        guard let channel = try? await value.takeover.get() else { return }
        await general.handle(value: channel, logger: logger)
    }
}
