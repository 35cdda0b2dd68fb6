internal import NIOCore

/// Stands between a client's bytes and NIO's handler of HTTP/2, for what that one doesn't do.
final class HTTP2Gate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var isShut = false
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isShut { context.fireChannelRead(data) }
    }

    /// No byte more gets in: after an error NIO's handler would go on reading, and find one error after the other.
    func shut() { isShut = true }

    /// Sends `GOAWAY` with the highest possible stream (RFC 9113 section 6.8). NIO's handler would refuse all requests
    /// after it, also those that were on their way.
    func announceEnd() {
        guard let context else { return }
        var frame = context.channel.allocator.buffer(capacity: 17)
        // Length, kind, flags, stream 0; last stream, no error.
        frame.writeBytes([0, 0, 8, 7, 0, 0, 0, 0, 0])
        frame.writeInteger(UInt32(Int32.max))
        frame.writeInteger(UInt32(0))
        context.write(wrapOutboundOut(frame), promise: nil)
    }
}

@available(*, unavailable)
extension HTTP2Gate: Sendable {}
