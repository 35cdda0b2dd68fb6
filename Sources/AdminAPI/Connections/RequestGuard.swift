internal import Foundation
internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import RoutingModel

/// Stands between the parser and the general code: ends requests that take too long to come, and answers what the
/// parser refuses. What it refuses is the last thing on its connection.
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum Reading {
        case nothing
        case head
        case body(received: Int)
    }

    private let limits: ConnectionLimits
    private var reading = Reading.nothing
    /// When what is being read must be there; whoever reads nothing has none.
    private var deadline: NIODeadline?
    private var timer: Scheduled<Void>?
    private var timerEnds = NIODeadline.distantFuture
    private var context: ChannelHandlerContext?
    /// Requests whose heads have come and whose answers have not been written.
    private var unanswered = 0
    private var hasAnswerBegun = false
    /// Waits for the answers to what came before.
    private var refusal: Problem?
    private var hasRefused = false

    init(limits: ConnectionLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        self.context = nil
    }

    // MARK: Requests

    /// A head begins with the first byte that belongs to nothing else.
    func bytesCame(on loop: any EventLoop) {
        guard case .nothing = reading else { return }
        reading = .head
        expect(within: limits.headTime)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasRefused, refusal == nil else { return }
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            reading = .body(received: 0)
            expect(within: limits.bodyTime)
        case .body(let bytes):
            guard case .body(let before) = reading else { break }
            let received = before + bytes.readableBytes
            reading = .body(received: received)
            guard received <= Endpoint.largestBody else {
                return refuse(ProblemStatus.tooLarge(limit: Endpoint.largestBody))
            }
            let earned = received / limits.bodyPace - before / limits.bodyPace
            if earned > 0, let deadline { self.deadline = deadline + .seconds(Int64(earned)) }
        case .end:
            reading = .nothing
            deadline = nil
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow:
            refuse(Problem(.headerTooLarge, "The request's head is larger than \(limits.head >> 10) KiB."))
        case is HTTPParserError:
            refuse(Problem(.badRequest, "This is no HTTP/1.1 request: \(error)."))
        case is ChannelError, is IOError:
            context.fireErrorCaught(error)
        default:
            // A head that reads as HTTP and means nothing, such as a method that is no token.
            guard hasRefused || !context.channel.isActive else {
                return refuse(Problem(.badRequest, "The request's head can't be understood."))
            }
            context.fireErrorCaught(error)
        }
    }

    // MARK: Time

    private func expect(within time: TimeAmount) {
        let deadline = NIODeadline.now() + time
        self.deadline = deadline
        if timer == nil || timerEnds > deadline { watch(time) }
    }

    /// One timer, set anew when it finds that it is early: requests come more often than they are late.
    private func watch(_ time: TimeAmount) {
        guard let context else { return }
        timer?.cancel()
        timerEnds = .now() + time
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
            guard let self else { return }
            self.timer = nil
            guard let deadline = self.deadline else { return }
            let left = deadline - .now()
            if left > .nanoseconds(0) { return self.watch(left) }
            self.late()
        }
    }

    private func late() {
        switch reading {
        case .nothing: break
        case .head:
            refuse(Problem(.requestTimeout, "The request's head took longer than \(limits.headTime.inSeconds) s."))
        case .body:
            refuse(Problem(.requestTimeout, "The request's body took longer than \(limits.bodyTime.inSeconds) s."))
        }
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !hasRefused else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head):
            hasAnswerBegun = head.status.kind != .informational
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            hasAnswerBegun = false
            unanswered -= 1
            context.write(data, promise: promise)
            if refusal != nil { sayRefusal() }
        }
    }

    private func refuse(_ problem: Problem) {
        guard !hasRefused, refusal == nil else { return }
        deadline = nil
        refusal = problem
        // What is wrong may be the body of the request that is being answered, or was already; else it comes after
        // what is in flight.
        let isInBody = if case .body = reading { true } else { false }
        if isInBody, unanswered == 0 || (hasAnswerBegun && unanswered == 1) {
            hasRefused = true
            if let context { RawAnswer.close(context.channel) }
        } else if unanswered <= (isInBody ? 1 : 0) {
            sayRefusal()
        }
    }

    private func sayRefusal() {
        guard let context, let problem = refusal, !hasRefused else { return }
        let isInBody = if case .body = reading { true } else { false }
        // With the request in whose body it was there is one left to be answered: by this.
        guard unanswered <= (isInBody ? 1 : 0) else { return }
        hasRefused = true
        let id = RequestID.make()
        let document = ProblemDocument(problem, requestID: id)
        let body = ByteBuffer(bytes: (try? CanonicalJSON.data(document)) ?? Data())
        let fields: HTTPFields = [
            .contentType: "application/problem+json", .contentLength: "\(body.readableBytes)",
            .cacheControl: "no-store", .connection: "close", .requestID: id, .xContentTypeOptions: "nosniff",
            .server: "signalbox", .date: HTTPDate.text(second: Int(Date().timeIntervalSince1970)),
        ]
        let head = HTTPResponse(status: ProblemStatus.status(of: problem.code), headerFields: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        RawAnswer.close(context.channel)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if hasRefused, let event = event as? ChannelEvent, event == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}

@available(*, unavailable)
extension RequestGuard: Sendable {}

extension TimeAmount {
    fileprivate var inSeconds: Int64 { nanoseconds / 1_000_000_000 }
}
