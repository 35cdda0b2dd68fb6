import NIOCore
import NIOPosix

@testable import ProxyWorker

/// A server on one event loop, with TLS on one port and without on another.
final class FrontFixture: Sendable {
    let log: ServerLog
    let port: Int
    let tlsPort: Int
    let certificates: ServerCertificates?
    private let fronts: NIOLoopBound<ClientFronts>
    private let eventLoop: any EventLoop

    private init(
        log: ServerLog, port: Int, tlsPort: Int, certificates: ServerCertificates?, fronts: NIOLoopBound<ClientFronts>,
        eventLoop: any EventLoop
    ) {
        self.log = log
        self.port = port
        self.tlsPort = tlsPort
        self.certificates = certificates
        self.fronts = fronts
        self.eventLoop = eventLoop
    }

    /// Without `certificates` there is no TLS.
    static func with<Value>(
        _ certificates: [CertificateFiles] = [], limits: HTTP2Limits = HTTP2Limits(),
        handshakeTimeout: TimeAmount = .seconds(10), isolation: isolated (any Actor)? = #isolation,
        _ body: (FrontFixture) async throws -> Value
    ) async throws -> Value {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let fixture = try await start(group, certificates, limits, handshakeTimeout)
            let value = try await body(fixture)
            try await group.shutdownGracefully()
            return value
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
    }

    private static func start(
        _ group: MultiThreadedEventLoopGroup, _ files: [CertificateFiles], _ limits: HTTP2Limits,
        _ handshakeTimeout: TimeAmount
    ) async throws -> FrontFixture {
        let log = ServerLog()
        let eventLoop = group.next()
        let certificates = files.isEmpty ? nil : try ServerCertificates(files)
        let fronts = try await eventLoop.submit {
            let box = Box()
            let fronts = ClientFronts(eventLoop: eventLoop, limits: limits) { _, front in
                ByteServer(front, log: log) { box.fronts }
            }
            box.fronts = fronts
            return NIOLoopBound(fronts, eventLoop: eventLoop)
        }.get()
        let plain = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ByteServer(.plain, log: log) { fronts.value })
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        var tlsPort = 0
        if let certificates {
            let tls = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 256)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try fronts.value.startTLS(
                            channel, certificates: certificates, handshakeTimeout: handshakeTimeout)
                    }
                }.bind(host: "127.0.0.1", port: 0).get()
            tlsPort = tls.localAddress?.port ?? 0
        }
        return FrontFixture(
            log: log, port: plain.localAddress?.port ?? 0, tlsPort: tlsPort, certificates: certificates,
            fronts: fronts, eventLoop: eventLoop)
    }

    private final class Box {
        var fronts: ClientFronts?
    }

    func run<Value: Sendable>(_ body: @escaping @Sendable (ClientFronts) -> Value) async throws -> Value {
        let fronts = fronts
        return try await eventLoop.submit { body(fronts.value) }.get()
    }
}
