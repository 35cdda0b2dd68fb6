internal import NIOCore
internal import NIOPosix
internal import RoutingEngine

/// Makes connections to peers on one event loop.
final class UpstreamConnector {
    private let proxy: NIOLoopBoundBox<ProxyLoop?>
    private let eventLoop: any EventLoop

    /// Call it on the loop.
    init(proxy: ProxyLoop) {
        self.proxy = NIOLoopBoundBox<ProxyLoop?>(proxy, eventLoop: proxy.eventLoop)
        eventLoop = proxy.eventLoop
    }

    /// Large bodies are taken in few large pieces: each read opens the peer's window, and wakes it up. It is half a MiB at
    /// once at most, which is also what a slow client can make the proxy keep; who sends little gets little room.
    private static let reads = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2_048, maximum: 256 * 1024)
    private static let readsAtOnce: UInt = 2

    /// Makes no more connections.
    func stop() { proxy.value = nil }

    /// - Returns: the connection, ready for a request; or why it did not come about.
    func connect(
        _ endpoint: Endpoint, timeout: TimeAmount,
        _ done: @escaping (Result<UpstreamConnection, any Error>) -> Void
    ) {
        guard let loop = proxy.value else { return done(.failure(ChannelError.ioOnClosedChannel)) }
        let connection = UpstreamConnection(proxy: loop, endpoint: endpoint)
        let contexts = loop.upstreamTLS
        let key = endpoint.key
        let bound = NIOLoopBound(connection, eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
            .channelOption(.recvAllocator, value: Self.reads)
            .channelOption(.maxMessagesPerRead, value: Self.readsAtOnce)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls = key.tls {
                        try channel.pipeline.syncOperations.addHandler(
                            contexts.handler(for: tls, requestHost: key.serverName))
                    }
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
        let address = endpoint.key.address
        let connecting: EventLoopFuture<any Channel>
        if let numeric = try? SocketAddress(ipAddress: address.host, port: address.port) {
            connecting = bootstrap.connect(to: numeric)
        } else {
            connecting = bootstrap.connect(host: address.host, port: address.port)
        }
        connecting.assumeIsolated().whenComplete { result in
            switch result {
            case .success:
                connection.connected()
                guard key.tls != nil else { return done(.success(connection)) }
                // A peer that doesn't get through the handshake wasn't connected to.
                connection.awaitHandshake(within: timeout) { failure in
                    done(failure.map { .failure($0) } ?? .success(connection))
                }
            case .failure(let error):
                connection.leave()
                done(.failure(error))
            }
        }
    }
}

@available(*, unavailable)
extension UpstreamConnector: Sendable {}
