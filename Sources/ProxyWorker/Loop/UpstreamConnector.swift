internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import RoutingEngine

/// Makes connections to peers on one event loop.
final class UpstreamConnector {
    private let bootstrap: ClientBootstrap
    private let proxy: NIOLoopBoundBox<ProxyLoop?>

    /// Call it on the loop.
    init(proxy: ProxyLoop) {
        let bound = NIOLoopBoundBox<ProxyLoop?>(proxy, eventLoop: proxy.eventLoop)
        self.proxy = bound
        bootstrap = ClientBootstrap(group: proxy.eventLoop)
            .connectTimeout(proxy.times.connect)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let proxy = bound.value else { throw ChannelError.ioOnClosedChannel }
                    try channel.pipeline.syncOperations.addHandlers(Self.handlers(proxy))
                }
            }
    }

    /// Makes no more connections.
    func stop() { proxy.value = nil }

    private static func handlers(_ proxy: ProxyLoop) -> [any ChannelHandler] {
        var encoding = HTTPRequestEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = 256 * 1024
        return [
            HTTPRequestEncoder(configuration: encoding),
            ByteToMessageHandler(
                HTTPResponseDecoder(
                    leftOverBytesStrategy: .dropBytes,
                    informationalResponseStrategy: .forward,
                    limitConfiguration: limits
                )
            ),
            UpstreamHandler(proxy: proxy),
        ]
    }

    /// - Returns: the connection's handler, with its channel active; or why it did not come about.
    func connect(_ address: PeerAddress, _ done: @escaping (Result<UpstreamHandler, any Error>) -> Void) {
        let connecting: EventLoopFuture<any Channel>
        if let numeric = try? SocketAddress(ipAddress: address.host, port: address.port) {
            connecting = bootstrap.connect(to: numeric)
        } else {
            connecting = bootstrap.connect(host: address.host, port: address.port)
        }
        connecting.assumeIsolated().whenComplete { result in
            done(
                result.flatMap { channel in
                    Result {
                        let handler = try channel.pipeline.syncOperations.handler(type: UpstreamHandler.self)
                        handler.connected(to: address)
                        return handler
                    }
                }
            )
        }
    }
}

@available(*, unavailable)
extension UpstreamConnector: Sendable {}
