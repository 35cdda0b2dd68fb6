internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension ProxyWorker {
    /// Listens on every address, with one listener per event loop: the kernel deals connections out to them
    /// (`SO_REUSEPORT`), and a connection stays on the loop that accepted it.
    func listen(_ loops: [LoopHandle]) async throws {
        var addresses: [ListenAddress] = []
        for address in configuration.listen {
            var port = address.port
            if port != 0, let loop = loops.first { try await Self.check(address, on: loop) }
            for loop in loops {
                let channel = try await Self.bootstrap(loop, configuration).bind(host: address.host, port: port).get()
                state.withLock { $0.listeners.append(channel) }
                // With port 0 the first listener finds a port, and the others share it.
                port = channel.localAddress?.port ?? port
            }
            addresses.append(ListenAddress(host: address.host, port: port))
        }
        logger.info(
            "listening",
            metadata: ["worker": "\(id)", "addresses": "\(addresses.map(\.description).joined(separator: ", "))"]
        )
        bound.set(.success(addresses))
    }

    /// Makes sure that nobody else listens there: with `SO_REUSEPORT` the kernel would silently share the port between
    /// two programs of one user, and clients would be routed by two tables.
    private static func check(_ address: ListenAddress, on loop: LoopHandle) async throws {
        do {
            let probe = try await ServerBootstrap(group: loop.eventLoop)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: address.host, port: address.port).get()
            try await probe.close()
        } catch {
            throw ListenError(address: address, cause: error)
        }
    }

    private static func bootstrap(_ loop: LoopHandle, _ configuration: ProxyConfiguration) -> ServerBootstrap {
        ServerBootstrap(group: loop.eventLoop, childGroup: loop.eventLoop)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(handlers(loop.proxy.value))
                }
            }
    }

    private static func handlers(_ proxy: ProxyLoop) -> [any ChannelHandler] {
        var encoding = HTTPResponseEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = proxy.configuration.maxFieldBytes
        limits.maxHeaderListSize = proxy.configuration.maxHeadBytes
        limits.maxHeaderFieldCount = proxy.configuration.maxFieldCount
        return [
            HTTPResponseEncoder(configuration: encoding),
            ByteToMessageHandler(
                HTTPRequestDecoder(
                    leftOverBytesStrategy: .dropBytes,
                    informationalResponseStrategy: .drop,
                    limitConfiguration: limits
                )
            ),
            ClientHandler(proxy: proxy),
        ]
    }
}
