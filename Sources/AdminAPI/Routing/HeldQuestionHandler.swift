internal import ControlPlane
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import RoutingModel

/// The first handler of a connection to the admin API: it holds and answers workers' questions itself, without a task or
/// a parsed request for each, since there may be ten thousand of them. With the first request that is anything else the
/// connection goes over to the server's general code, with all that was read, and stays there.
final class HeldQuestionHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What comes after a head that is longer than this isn't for here.
    private static let longestHead = 8_192
    /// A connection on which nothing is asked is closed after this.
    private static let idleTime = TimeAmount.seconds(120)

    private let desk: RoutingDesk
    private let general: HTTP1Channel
    private let logger: Logger
    /// Succeeds when the connection goes over; fails when it ends before that.
    private let takeover: EventLoopPromise<HTTP1Channel.Value>

    private var unread = ByteBuffer()
    /// The fields of the last question, which were found to be in order.
    private var admitted = ByteBuffer()
    /// The question that is with the desk.
    private var held: (id: Int, question: RoutingQuestion)?
    private var hasGoneOver = false
    private var isLast = false
    private var idle: Scheduled<Void>?

    init(
        desk: RoutingDesk, general: HTTP1Channel, logger: Logger, takeover: EventLoopPromise<HTTP1Channel.Value>
    ) {
        self.desk = desk
        self.general = general
        self.logger = logger
        self.takeover = takeover
    }

    // MARK: Reading

    func channelActive(context: ChannelHandlerContext) {
        watchIdleness(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasGoneOver else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        if unread.readableBytes == 0 { unread = bytes } else { unread.writeBuffer(&bytes) }
        if held == nil { readQuestion(context) } else if unread.readableBytes > Self.longestHead { end(context) }
    }

    private func readQuestion(_ context: ChannelHandlerContext) {
        let view = unread.readableBytesView
        guard !view.isEmpty else { return watchIdleness(context) }
        let beginning = RoutingQuestion.beginning
        guard view.prefix(beginning.count).elementsEqual(beginning.prefix(view.count)) else { return goOver(context) }
        guard let end = Self.endOfHead(view) else {
            if view.count > Self.longestHead { goOver(context) }
            return
        }
        let line = view[..<(view.firstIndex(of: 10).map { $0 + 1 } ?? end)]
        let fields = view[line.endIndex..<end]
        // A worker's fields are the same each time.
        let isKnown = admitted.readableBytes == fields.count && admitted.readableBytesView.elementsEqual(fields)
        guard let question = RoutingQuestion(line: line), isKnown || desk.admits(fields: fields) else {
            return goOver(context)
        }
        if !isKnown { admitted = ByteBuffer(bytes: fields) }
        unread.moveReaderIndex(forwardBy: end - view.startIndex)
        if unread.readableBytes == 0 { unread = ByteBuffer() }
        idle?.cancel()
        idle = nil
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let id = desk.ask(question, on: loop) { update in
            loop.execute { bound.value.handler.answer(bound.value.context, update) }
        }
        held = (id, question)
    }

    /// Behind the first empty line.
    private static func endOfHead(_ bytes: ByteBufferView) -> Int? {
        var place = bytes.startIndex
        while let lineFeed = bytes[place...].firstIndex(of: 10) {
            let next = lineFeed + 1
            if next + 1 < bytes.endIndex, bytes[next] == 13, bytes[next + 1] == 10 { return next + 2 }
            place = next
        }
        return nil
    }

    // MARK: Answering

    private func answer(_ context: ChannelHandlerContext, _ update: PublishedUpdate?) {
        defer { desk.delivered() }
        guard let held, context.channel.isActive else { return }
        self.held = nil
        for buffer in desk.response(to: held.question, update, isLast: isLast, allocator: context.channel.allocator) {
            context.write(wrapOutboundOut(buffer), promise: nil)
        }
        context.flush()
        if isLast { return context.close(promise: nil) }
        // The next question may have been sent already.
        readQuestion(context)
    }

    // MARK: Going over

    private func goOver(_ context: ChannelHandlerContext) {
        hasGoneOver = true
        idle?.cancel()
        takeover.completeWith(general.setup(channel: context.channel, logger: logger))
        if unread.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(unread))
            context.fireChannelReadComplete()
            unread = ByteBuffer()
        }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    // MARK: The end

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if !hasGoneOver {
            switch event {
            case is ChannelShouldQuiesceEvent:
                isLast = true
                // Whoever is being held is told that nothing has changed, and to come back on another connection.
                if let held { desk.withdraw(held.id, on: context.eventLoop) } else { end(context) }
            case ChannelEvent.inputClosed:
                // It can't ask again. A process that was killed looks the same.
                end(context)
            default: break
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !hasGoneOver {
            if let held { desk.withdraw(held.id, on: context.eventLoop) }
            held = nil
            idle?.cancel()
            takeover.fail(ChannelError.eof)
        }
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        // A connection that failed before it was active has never been inactive either.
        if !hasGoneOver { takeover.fail(ChannelError.eof) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if hasGoneOver { context.fireErrorCaught(error) } else { end(context) }
    }

    private func end(_ context: ChannelHandlerContext) { context.close(promise: nil) }

    private func watchIdleness(_ context: ChannelHandlerContext) {
        idle?.cancel()
        idle = context.eventLoop.assumeIsolated().scheduleTask(in: Self.idleTime) { [weak self] in
            guard let self, self.held == nil, !self.hasGoneOver else { return }
            self.end(context)
        }
    }
}

@available(*, unavailable)
extension HeldQuestionHandler: Sendable {}
