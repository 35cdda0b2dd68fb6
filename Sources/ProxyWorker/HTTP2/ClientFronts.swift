package import NIOCore
internal import NIOHTTP2
internal import NIOSSL

/// What an event loop has in front of the handlers that speak HTTP/1.1 with its clients: TLS, and HTTP/2 with a channel
/// for each request. Belongs to one event loop; call it there.
package final class ClientFronts {
    /// Makes the handler of a client's channel: it reads and writes the bytes of HTTP/1.1, `ByteBuffer` both ways.
    ///
    /// The channel reads by itself (`autoRead` is on). It is active when the handler is added; `channelActive` comes after
    /// that. A channel of HTTP/2 has no option but `autoRead`: asking for another traps; and turning it on doesn't begin
    /// a read: that takes a `read()`. Such a channel ends (`channelInactive`) when the response has been sent and the
    /// request has come, or when the handler closes it; closing it before the end of the response tells the client that
    /// the request failed.
    package typealias MakeHandler = (any Channel, ClientFront) throws -> any ChannelHandler

    private let eventLoop: any EventLoop
    private let limits: HTTP2Limits
    private let makeHandler: MakeHandler
    private var handshakes: [ObjectIdentifier: TLSHandshakeHandler] = [:]
    private var open: [ObjectIdentifier: HTTP2ConnectionHandler] = [:]
    private var isDraining = false

    package init(eventLoop: any EventLoop, limits: HTTP2Limits = HTTP2Limits(), makeHandler: @escaping MakeHandler) {
        self.eventLoop = eventLoop
        self.limits = limits
        self.makeHandler = makeHandler
    }

    /// Lets a client begin with TLS. For the initializer of an accepted channel, whose `autoRead` must be on.
    package func startTLS(
        _ channel: any Channel, certificates: ServerCertificates, handshakeTimeout: TimeAmount
    ) throws {
        try channel.pipeline.syncOperations.addHandlers([
            NIOSSLServerHandler(context: certificates.context),
            TLSHandshakeHandler(fronts: self, timeout: handshakeTimeout),
        ])
    }

    /// Goes on with HTTP/2 on a channel without TLS whose first bytes were `HTTP2Preface`.
    /// - Parameters:
    ///   - context: of the handler that has read them, the last one of its pipeline. It leaves the pipeline; it must be a
    ///     `RemovableChannelHandler`.
    ///   - bytes: all that it has read.
    package func startHTTP2(replacing context: ChannelHandlerContext, bytes: ByteBuffer) throws {
        let channel = context.channel
        try addHTTP2(channel, isTLS: false)
        context.fireChannelRead(NIOAny(bytes))
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        try channel.syncOptions?.setOption(.autoRead, value: true)
    }

    /// Connections with HTTP/2 that are open.
    package var connections: Int { open.count }

    /// Clients in a TLS handshake.
    package var handshaking: Int { handshakes.count }

    /// Tells the clients that speak HTTP/2 that there will be no more requests (`GOAWAY`); each connection is closed when
    /// its last response has been sent. Clients that come later are told at once.
    package func drain() {
        isDraining = true
        for connection in Array(open.values) { connection.drain() }
    }

    /// Closes the connections that speak HTTP/2, and the ones in a TLS handshake.
    package func cut() {
        for handshake in Array(handshakes.values) { handshake.cut() }
        for connection in Array(open.values) { connection.cut() }
    }

    /// The handler of HTTP/1.1 behind the one that has waited for the end of the handshake.
    func addHTTP1(_ context: ChannelHandlerContext) throws {
        let channel = context.channel
        let handler = try makeHandler(channel, ClientFront(isTLS: true, isHTTP2: false))
        try channel.pipeline.syncOperations.addHandler(handler)
        context.fireChannelActive()
    }

    /// The handlers of HTTP/2 at the end of an active channel's pipeline.
    func addHTTP2(_ channel: any Channel, isTLS: Bool) throws {
        let gate = HTTP2Gate()
        let connection = HTTP2ConnectionHandler(behind: gate, fronts: self, limits: limits)
        let front = ClientFront(isTLS: isTLS, isHTTP2: true)
        let fronts = NIOLoopBound(self, eventLoop: eventLoop)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(gate)
        _ = try pipeline.configureAsyncHTTP2Pipeline(
            mode: .server, streamDelegate: HTTP2StreamCounter(connection, eventLoop: eventLoop),
            frameDelegate: connection, configuration: limits.configuration
        ) { stream in
            stream.eventLoop.makeCompletedFuture { try fronts.value.addStream(stream, front) }
        }
        try pipeline.addHandler(connection)
        if isDraining { connection.drain() }
    }

    private func addStream(_ stream: any Channel, _ front: ClientFront) throws {
        try stream.pipeline.syncOperations.addHandlers([
            HTTP2StreamAdapter(limits: limits), makeHandler(stream, front),
        ])
    }

    func began(_ handshake: TLSHandshakeHandler) { handshakes[ObjectIdentifier(handshake)] = handshake }

    func ended(_ handshake: TLSHandshakeHandler) { handshakes[ObjectIdentifier(handshake)] = nil }

    func opened(_ connection: HTTP2ConnectionHandler) { open[ObjectIdentifier(connection)] = connection }

    func closed(_ connection: HTTP2ConnectionHandler) { open[ObjectIdentifier(connection)] = nil }
}

@available(*, unavailable)
extension ClientFronts: Sendable {}
