internal import Logging
internal import NIOCore
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
    func listen(_ loops: [LoopHandle], _ certificates: ServerCertificates?) async throws {
        var addresses: [ListenAddress] = []
        let listeners: [(address: ListenAddress, isTLS: Bool)] =
            configuration.listen.map { ($0, false) } + (configuration.tls?.listen ?? []).map { ($0, true) }
        for (address, isTLS) in listeners {
            do {
                addresses.append(try await listen(address, loops, isTLS ? certificates : nil))
            } catch {
                throw ListenError(address: address, cause: error)
            }
        }
        logger.info(
            "listening",
            metadata: ["worker": "\(id)", "addresses": "\(addresses.map(\.description).joined(separator: ", "))"]
        )
        bound.set(.success(addresses))
    }

    /// - Returns: the address with the port that was really bound.
    private func listen(
        _ address: ListenAddress, _ loops: [LoopHandle], _ certificates: ServerCertificates?
    ) async throws -> ListenAddress {
        var target = try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
        // With `SO_REUSEPORT` the kernel would silently share the port between two programs of one user, and clients
        // would be routed by two tables.
        if address.port != 0 { try PortProbe.check(target) }
        for loop in loops {
            let channel = try await Self.bootstrap(loop, configuration, certificates).bind(to: target).get()
            state.withLock { $0.listeners.append(channel) }
            // With port 0 the first listener finds a port, and the others share it.
            target.port = channel.localAddress?.port ?? target.port
        }
        return ListenAddress(host: address.host, port: target.port ?? address.port)
    }

    private static func bootstrap(
        _ loop: LoopHandle, _ configuration: ProxyConfiguration, _ certificates: ServerCertificates?
    ) -> ServerBootstrap {
        let handshakeTimeout = configuration.tls?.handshakeTimeout ?? .seconds(10)
        return ServerBootstrap(group: loop.eventLoop, childGroup: loop.eventLoop)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let proxy = loop.proxy.value
                    if let certificates {
                        try proxy.fronts.startTLS(
                            channel, certificates: certificates, handshakeTimeout: handshakeTimeout)
                    } else {
                        try channel.pipeline.syncOperations.addHandler(ClientConnection(proxy: proxy, front: .plain))
                    }
                }
            }
    }
}
