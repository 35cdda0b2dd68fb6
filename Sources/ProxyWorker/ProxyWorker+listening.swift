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
        try await handover?.inherit()
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
        handover?.isReady()
        bound.set(.success(addresses))
    }

    /// Returns when a newer worker has taken over.
    /// - Throws: `CancellationError`.
    func handOver(to handover: Handover) async throws {
        _ = try await bound.get()
        let listeners = state.withLock { $0.listeners }
        var sockets: [(address: String, descriptor: CInt)] = []
        for listener in listeners { sockets.append((listener.address, try await listener.descriptor())) }
        let isRelieved = await handover.serve(sockets) { wanted in
            for listener in listeners { listener.accept(wanted) }
        }
        if isRelieved { return }
        // There is nobody to hand over to any more, and the worker goes on.
        while true { try await Task.sleep(for: .seconds(86_400)) }
    }

    /// - Returns: the address with the port that was really bound.
    private func listen(
        _ address: ListenAddress, _ loops: [LoopHandle], _ certificates: ServerCertificates?
    ) async throws -> ListenAddress {
        var target = try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
        // None of them may be left out: the kernel goes on dealing connections out to every one.
        var inherited = handover?.take(address.description)[...] ?? []
        // With `SO_REUSEPORT` the kernel would silently share the port between two programs of one user, and clients
        // would be routed by two tables.
        if address.port != 0, inherited.isEmpty { try PortProbe.check(target) }
        for number in 0..<max(loops.count, inherited.count) {
            let bootstrap = Self.bootstrap(loops[number % loops.count], configuration, certificates)
            let channel: any Channel
            if let descriptor = inherited.popFirst() {
                channel = try await bootstrap.withBoundSocket(descriptor).get()
            } else {
                channel = try await bootstrap.bind(to: target).get()
            }
            state.withLock { $0.listeners.append(Listener(channel: channel, address: address.description)) }
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
