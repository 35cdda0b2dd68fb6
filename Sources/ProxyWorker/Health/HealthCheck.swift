internal import NIOCore
internal import NIOPosix
internal import NIOTLS
internal import RoutingModel

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// One check of one peer over a connection of its own, and the handler of that connection. Bound to its event loop.
///
/// The verdict is there with the head of the response. What follows is read and thrown away for a moment, so that
/// the peer can end in order, but not for longer than `linger` and not more than `drainLimit` bytes.
final class HealthCheck: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let target: CheckTarget
    private let eventLoop: any EventLoop
    private let contexts: UpstreamTLSContexts
    /// Each is called once, and then let go of.
    private var found: ((CheckOutcome?) -> Void)?
    private var closed: ((HealthCheck) -> Void)?

    private var answer = CheckAnswer()
    private var channel: (any Channel)?
    private var isConnected = false
    private var timer: Scheduled<Void>?
    private var drained = 0

    static let linger = TimeAmount.milliseconds(250)
    static let drainLimit = 64 * 1024

    /// - Parameters:
    ///   - contexts: for groups with TLS.
    ///   - found: is told the outcome; nil when this machine lacks what a check takes.
    ///   - closed: is told when nothing is left of it.
    init(
        _ target: CheckTarget, eventLoop: any EventLoop, contexts: UpstreamTLSContexts,
        found: @escaping (CheckOutcome?) -> Void, closed: @escaping (HealthCheck) -> Void
    ) {
        self.target = target
        self.eventLoop = eventLoop
        self.contexts = contexts
        self.found = found
        self.closed = closed
    }

    /// Begins. Call it on the loop.
    func start() {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.assumeIsolated().scheduleTask(in: target.timeout) { bound.value.timedOut() }
        let bootstrap = ClientBootstrap(group: eventLoop)
            // The timer above decides; this only sees to it that nothing is left.
            .connectTimeout(target.timeout + .seconds(1))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try bound.value.prepare(channel) }
            }
        let connecting: EventLoopFuture<any Channel>
        if let numeric = try? SocketAddress(ipAddress: target.peer.address, port: target.peer.port) {
            connecting = bootstrap.connect(to: numeric)
        } else {
            connecting = bootstrap.connect(host: target.peer.address, port: target.peer.port)
        }
        connecting.assumeIsolated().whenComplete { result in
            switch result {
            case .failure(let error):
                self.finish(ConnectFailure.isOwn(error) ? nil : .failed(Self.words(error)))
                self.end()
            case .success(let channel):
                if self.found == nil { channel.close(promise: nil) }
            }
        }
    }

    /// Gives up, without an outcome. Call it on the loop.
    func cancel() {
        found = nil
        close()
    }

    /// Of a host name several addresses may be tried, with a connection for each: the first that comes about stays.
    private func prepare(_ channel: any Channel) throws {
        self.channel = channel
        if let tls = target.tls {
            // Without a name to ask for, that of the peer: servers choose their certificate by it.
            let handler = try contexts.handler(
                for: tls, requestHost: target.host ?? target.peer.address, verifiesName: target.expectsName)
            try channel.pipeline.syncOperations.addHandler(handler)
        }
        try channel.pipeline.syncOperations.addHandler(self)
    }

    // MARK: Events

    func channelActive(context: ChannelHandlerContext) {
        guard !isConnected else { return context.close(promise: nil) }
        isConnected = true
        channel = context.channel
        if let question = target.question {
            context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: question)), promise: nil)
        } else if target.tls == nil {
            finish(.passed)
            close()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A connection alone doesn't say that the peer speaks TLS, nor that its certificate is right.
        if case .handshakeCompleted? = event as? TLSUserEvent, target.question == nil, context.channel === channel {
            finish(.passed)
            close()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard found != nil else {
            drained += bytes.readableBytes
            if drained > Self.drainLimit { close() }
            return
        }
        switch answer.take(&bytes) {
        case .incomplete:
            return
        case .bad:
            finish(.failed("what it answered isn't HTTP/1.1"))
            close()
        case .status(let status):
            finish(target.statuses.contains(status) ? .passed : .failed("status \(status)"))
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            timer = eventLoop.assumeIsolated().scheduleTask(in: Self.linger) { bound.value.close() }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard context.channel === channel else { return }
        finish(.failed("it closed the connection without an answer"))
        end()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The end of a connection to another of the peer's addresses says nothing of the one that stays.
        guard context.channel === channel else { return context.close(promise: nil) }
        finish(.failed(Self.words(error)))
        close()
    }

    // MARK: Ends

    private func timedOut() {
        finish(.failed("nothing within \(target.check.timeout)"))
        close()
    }

    private func finish(_ outcome: CheckOutcome?) {
        timer?.cancel()
        timer = nil
        guard let found else { return }
        self.found = nil
        found(outcome)
    }

    private func close() {
        if let channel { channel.close(promise: nil) } else { end() }
    }

    private func end() {
        timer?.cancel()
        timer = nil
        channel = nil
        guard let closed else { return }
        self.closed = nil
        closed(self)
    }

    private static func words(_ error: any Error) -> String {
        switch error {
        case let error as IOError: return words(errno: error.errnoCode)
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return words(first.error) }
            return "its name can't be resolved"
        case ChannelError.connectTimeout: return "no connection in time"
        default: return "\(error)"
        }
    }

    private static func words(errno code: CInt) -> String {
        switch code {
        case ECONNREFUSED: "connection refused"
        case ECONNRESET: "connection reset"
        case EHOSTUNREACH: "no route to host"
        case ENETUNREACH: "network is unreachable"
        default: "error \(code) of the system"
        }
    }
}

@available(*, unavailable)
extension HealthCheck: Sendable {}
