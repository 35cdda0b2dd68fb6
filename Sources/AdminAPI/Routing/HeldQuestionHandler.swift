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

    private let desk: RoutingDesk
    private let general: HTTP1Channel
    private let limits: ConnectionLimits
    private let logger: Logger
    /// Succeeds when the connection goes over; fails when it ends before that.
    private let takeover: EventLoopPromise<HTTP1Channel.Value>

    private var unread = ByteBuffer()
    /// The fields of the last question, which were found to be in order.
    private var admitted = ByteBuffer()
    /// Whose fields those are.
    private var principal: Principal?
    /// What `TokenGrant.whenEnded` gave.
    private var watch: Int?
    /// The connection is being closed, and what comes is passed over.
    private var isClosing = false
    /// The question that is with the desk.
    private var held: (id: Int, question: RoutingQuestion)?
    private var hasGoneOver = false
    private var isLast = false
    private var idle: Scheduled<Void>?
    /// Until the rest of a head must be there.
    private var head: Scheduled<Void>?

    init(
        desk: RoutingDesk, general: HTTP1Channel, limits: ConnectionLimits, logger: Logger,
        takeover: EventLoopPromise<HTTP1Channel.Value>
    ) {
        self.desk = desk
        self.general = general
        self.limits = limits
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
        guard !isClosing else { return }
        var bytes = unwrapInboundIn(data)
        if unread.readableBytes == 0 { unread = bytes } else { unread.writeBuffer(&bytes) }
        if held == nil, context.channel.isWritable {
            readQuestion(context)
        } else if unread.readableBytes > Self.longestHead {
            end(context)
        }
    }

    /// Whoever doesn't take their answers gets no more of them.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if !hasGoneOver, !isClosing, !isLast, held == nil, context.channel.isWritable { readQuestion(context) }
        context.fireChannelWritabilityChanged()
    }

    private func readQuestion(_ context: ChannelHandlerContext) {
        let view = unread.readableBytesView
        guard !view.isEmpty else { return watchIdleness(context) }
        let beginning = RoutingQuestion.beginning
        guard view.prefix(beginning.count).elementsEqual(beginning.prefix(view.count)) else { return goOver(context) }
        guard let end = Self.endOfHead(view) else {
            if view.count > Self.longestHead { goOver(context) } else { watchHead(context) }
            return
        }
        head?.cancel()
        head = nil
        let line = view[..<(view.firstIndex(of: 10).map { $0 + 1 } ?? end)]
        let fields = view[line.endIndex..<end]
        // A worker's fields are the same each time.
        let isKnown =
            admitted.readableBytes == fields.count && principal?.hasEnded == false
            && admitted.readableBytesView.elementsEqual(fields)
        guard let question = RoutingQuestion(line: line), isKnown || admit(fields, context) else {
            return goOver(context)
        }
        if isKnown { principal?.touch() }
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

    /// Whether whoever sends these fields may ask; then they are known from now on.
    private func admit(_ fields: ByteBufferView, _ context: ChannelHandlerContext) -> Bool {
        forget()
        guard let principal = desk.admits(fields: fields, from: ClientAddress(context.channel.remoteAddress)) else {
            return false
        }
        admitted = ByteBuffer(bytes: fields)
        self.principal = principal
        guard let grant = principal.grant else { return true }
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        watch = grant.whenEnded { loop.execute { bound.value.handler.accessEnded(bound.value.context) } }
        return true
    }

    private func forget() {
        if let watch { principal?.grant?.forget(watch) }
        watch = nil
        principal = nil
        admitted = ByteBuffer()
    }

    /// The token was revoked or has expired: what is held for it is answered at once.
    private func accessEnded(_ context: ChannelHandlerContext) {
        if let held { desk.withdraw(held.id, on: context.eventLoop) }
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
        if principal?.hasEnded != false { return refuse(context, AccessRefusal.wrong.problem) }
        for buffer in desk.response(to: held.question, update, isLast: isLast, allocator: context.channel.allocator) {
            context.write(wrapOutboundOut(buffer), promise: nil)
        }
        context.flush()
        if isLast { return end(context) }
        // The next question may have been sent already, and even been read, when this answer left at once.
        if self.held == nil, !hasGoneOver, context.channel.isWritable { readQuestion(context) }
    }

    private func refuse(_ context: ChannelHandlerContext, _ problem: Problem) {
        isClosing = true
        unread = ByteBuffer()
        RawAnswer.close(context.channel, saying: problem)
    }

    // MARK: Going over

    private func goOver(_ context: ChannelHandlerContext) {
        hasGoneOver = true
        idle?.cancel()
        head?.cancel()
        forget()
        let requests = RequestGuard(limits: limits)
        do {
            try context.pipeline.syncOperations.addHandler(FirstByteHandler(requests))
        } catch {
            return end(context)
        }
        takeover.completeWith(
            general(with: requests, on: context.eventLoop).setup(channel: context.channel, logger: logger))
        if unread.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(unread))
            context.fireChannelReadComplete()
            unread = ByteBuffer()
        }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    private func general(with requests: RequestGuard, on loop: any EventLoop) -> HTTP1Channel {
        var configuration = general.configuration
        let bound = NIOLoopBound(requests, eventLoop: loop)
        configuration.additionalChannelHandlers = { [bound.value] }
        return HTTP1Channel(responder: general.responder, configuration: configuration)
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
            head?.cancel()
            forget()
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
        idle = context.eventLoop.assumeIsolated().scheduleTask(in: limits.idleTime) { [weak self] in
            guard let self, self.held == nil, !self.hasGoneOver else { return }
            self.end(context)
        }
    }

    private func watchHead(_ context: ChannelHandlerContext) {
        guard head == nil else { return }
        head = context.eventLoop.assumeIsolated().scheduleTask(in: limits.headTime) { [weak self] in
            guard let self, self.held == nil, !self.hasGoneOver else { return }
            let seconds = self.limits.headTime.nanoseconds / 1_000_000_000
            self.refuse(context, Problem(.requestTimeout, "The request's head took longer than \(seconds) s."))
        }
    }
}

@available(*, unavailable)
extension HeldQuestionHandler: Sendable {}
