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
    /// One address that is listened on.
    private struct Place {
        let asked: ListenAddress
        /// Nil: without TLS.
        let certificates: ServerCertificates?
        /// With the port that was really bound.
        var target: SocketAddress
        /// How many sockets there are.
        var count = 0
    }

    /// Listens on every address, with one listener per event loop: the kernel deals connections out to them
    /// (`SO_REUSEPORT`), and a connection stays on the loop that accepted it. Nothing is accepted before everything is
    /// open, and an older worker, if there is one, has stopped accepting.
    func listen(_ loops: [LoopHandle], _ certificates: ServerCertificates?) async throws {
        var places =
            try configuration.listen.map { try Self.place($0, nil) }
            + (configuration.tls?.listen ?? []).map { try Self.place($0, certificates) }
        try await handover?.inherit()
        do {
            for index in places.indices { try await open(&places[index], loops) }
            try await handover?.relieve()
        } catch {
            // The older worker needn't wait for the end of this one.
            handover?.abandon()
            throw error
        }
        for listener in state.withLock({ $0.listeners }) { try await listener.begin() }
        for place in places { await widen(place, loops) }
        let addresses = places.map { ListenAddress(host: $0.asked.host, port: $0.target.port ?? $0.asked.port) }
        logger.info(
            "listening",
            metadata: ["worker": "\(id)", "addresses": "\(addresses.map(\.description).joined(separator: ", "))"]
        )
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

    private static func place(_ asked: ListenAddress, _ certificates: ServerCertificates?) throws -> Place {
        do {
            let target = try SocketAddress.makeAddressResolvingHost(asked.host, port: asked.port)
            return Place(asked: asked, certificates: certificates, target: target)
        } catch {
            throw ListenError(address: asked, cause: error)
        }
    }

    /// Opens the sockets of one address: those of the older worker, or one for each loop.
    private func open(_ place: inout Place, _ loops: [LoopHandle]) async throws {
        do {
            // None of them may be left out: the kernel goes on dealing connections out to every one.
            let inherited = handover?.take(place.asked.description, place.target) ?? []
            for (number, descriptor) in inherited.enumerated() {
                let bootstrap = Self.bootstrap(loops[number % loops.count], configuration, place.certificates, logger)
                keep(try await bootstrap.withBoundSocket(descriptor).get(), &place)
            }
            guard inherited.isEmpty else { return }
            // With `SO_REUSEPORT` the kernel would silently share the port between two programs of one user, and
            // clients would be routed by two tables.
            if place.asked.port != 0, handover?.holds(port: place.asked.port) != true {
                try PortProbe.check(place.target)
            }
            for loop in loops { try await bind(&place, loop) }
        } catch {
            throw ListenError(address: place.asked, cause: error)
        }
    }

    /// Gives a socket to loops that have none, because the older worker had fewer loops. Not before it was relieved:
    /// who waits in the queue of a socket that only this worker has would be lost with it.
    private func widen(_ place: Place, _ loops: [LoopHandle]) async {
        var place = place
        for loop in loops.dropFirst(place.count) {
            do {
                try await bind(&place, loop).begin()
            } catch {
                // The others serve.
                logger.warning(
                    "an event loop goes without a listener",
                    metadata: ["address": "\(place.asked)", "error": "\(error)"])
            }
        }
    }

    @discardableResult
    private func bind(_ place: inout Place, _ loop: LoopHandle) async throws -> Listener {
        let bootstrap = Self.bootstrap(loop, configuration, place.certificates, logger)
        return keep(try await bootstrap.bind(to: place.target).get(), &place)
    }

    @discardableResult
    private func keep(_ channel: any Channel, _ place: inout Place) -> Listener {
        let listener = Listener(channel: channel, address: place.asked.description)
        state.withLock { $0.listeners.append(listener) }
        // With port 0 the first listener finds a port, and the others share it.
        place.target.port = channel.localAddress?.port ?? place.target.port
        place.count += 1
        return listener
    }

    private static func bootstrap(
        _ loop: LoopHandle, _ configuration: ProxyConfiguration, _ certificates: ServerCertificates?, _ logger: Logger
    ) -> ServerBootstrap {
        let handshakeTimeout = configuration.tls?.handshakeTimeout ?? .seconds(10)
        return ServerBootstrap(group: loop.eventLoop, childGroup: loop.eventLoop)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
            .serverChannelOption(.autoRead, value: false)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptGate(logger: logger))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let proxy = loop.proxy.value
                    proxy.accepted(channel)
                    if let certificates {
                        // Telling one too many so would take a handshake.
                        guard !proxy.hasTooManyClients else { return channel.close(promise: nil) }
                        try proxy.fronts.startTLS(
                            channel, certificates: certificates, handshakeTimeout: handshakeTimeout)
                    } else {
                        try channel.pipeline.syncOperations.addHandler(ClientConnection(proxy: proxy, front: .plain))
                    }
                }
            }
    }
}
