package import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import Synchronization

/// The data plane: listens for HTTP/1.1, routes every request by the newest snapshot that could be applied, and passes
/// it to a peer.
///
/// It listens once the first snapshot is in force. On graceful shutdown, and when a newer worker has taken over its
/// sockets, it stops accepting, lets exchanges in flight finish within the drain time-out, and closes.
package final class ProxyWorker: Service {
    package let id: String
    let configuration: ProxyConfiguration
    let source: any SnapshotSource
    /// Where requests are logged; nil: nowhere.
    package let accessLog: AccessLogWriter?
    /// Nil: a restart begins with sockets of its own.
    let handover: Handover?
    let logger: Logger
    let health: HealthBoard
    let upstreamTLS = UpstreamTLSContexts()
    /// What is counted by route, group and peer.
    package let traffic = TrafficCollector()
    let bound = Latch<[ListenAddress]>()
    let state = Mutex(State())

    struct State {
        var loops: [LoopHandle] = []
        var listeners: [Listener] = []
        var appliedIndex = 0
        /// What had been counted when the loops ended.
        var finalStatistics: ProxyStatistics?
    }

    /// - Parameters:
    ///   - id: how the worker names itself to its control plane and in logs.
    ///   - source: where its snapshots come from; asked from one task at a time.
    ///   - accessLog: stays the caller's to close.
    ///   - handover: where an older worker's sockets are taken from, and given to a newer one.
    package init(
        id: String, configuration: ProxyConfiguration, source: any SnapshotSource,
        accessLog: AccessLogWriter? = nil, handover: Handover? = nil, logger: Logger
    ) {
        self.id = id
        self.configuration = configuration
        self.source = source
        self.accessLog = accessLog
        self.handover = handover
        self.logger = logger
        health = HealthBoard(probeTime: TimeAmount(configuration.connectTimeout), logger: logger)
    }

    /// Where it listens, with the ports that were really bound; waits until it does.
    /// - Throws: why it could not listen, or `CancellationError`.
    package var boundAddresses: [ListenAddress] {
        get async throws { try await bound.get() }
    }

    /// The index of the snapshot in force, 0 before the first.
    package var appliedIndex: Int { state.withLock { $0.appliedIndex } }

    /// What has been counted, over all event loops; after the end, what had been counted by then.
    package func statistics() async -> ProxyStatistics {
        let (loops, final) = state.withLock { ($0.loops, $0.finalStatistics) }
        if let final { return final }
        var sum = ProxyStatistics()
        for loop in loops {
            if let part = try? await loop.run({ $0.statistics }) { sum = sum + part }
        }
        return sum
    }

    /// Serves until it is told to stop, or a newer worker has taken over.
    /// - Throws: when it can't listen; `CancellationError` when the task was cancelled, without draining.
    package func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        let outcome: Result<Void, any Error>
        do {
            let certificates = try configuration.tls.map { try ServerCertificates($0.certificates) }
            let shared = SharedParts(
                health: health, limits: SharedLimits(), upstreamTLS: upstreamTLS, accessLog: accessLog,
                certificates: certificates)
            let loops = try await LoopHandle.make(
                group, configuration: configuration, shared: shared, traffic: traffic)
            state.withLock { $0.loops = loops }
            let checker = HealthChecker(
                board: health, eventLoop: group.any(), contexts: upstreamTLS, logger: logger)
            checker.start()
            defer { _ = checker.stop() }
            health.onChange { change in
                for loop in loops { loop.eventLoop.execute { loop.proxy.value.apply(change) } }
            }
            var wasRelieved = false
            do {
                wasRelieved = try await cancelWhenGracefulShutdown {
                    // The first that returns ends the worker.
                    try await withThrowingTaskGroup(of: Bool.self) { tasks in
                        if let certificates, let tls = self.configuration.tls {
                            tasks.addTask {
                                try await certificates.watch(every: tls.reloadInterval, logger: self.logger)
                                return false
                            }
                        }
                        tasks.addTask {
                            try await self.followSnapshots(loops, checker, certificates)
                            return false
                        }
                        if let handover = self.handover {
                            tasks.addTask {
                                try await self.handOver(to: handover)
                                return true
                            }
                        }
                        defer { tasks.cancelAll() }
                        return try await tasks.next() ?? false
                    }
                }
            } catch is CancellationError {
                // Told to stop: the one way out of following.
            }
            await stop(loops, wasRelieved: wasRelieved)
            outcome = Task.isCancelled ? .failure(CancellationError()) : .success(())
        } catch {
            outcome = .failure(error)
            bound.set(outcome.map { [] })
            await stop(state.withLock { $0.loops })
        }
        bound.set(.failure(CancellationError()))
        try? await group.shutdownGracefully()
        try outcome.get()
    }

    /// Ends in order, or at once when the task was cancelled.
    private func stop(_ loops: [LoopHandle], wasRelieved: Bool = false) async {
        let listeners = state.withLock { state in
            defer { state.listeners = [] }
            return state.listeners
        }
        for listener in listeners { try? await listener.channel.close() }
        if !Task.isCancelled { await drain(loops, wasRelieved: wasRelieved) }
        for loop in loops { try? await loop.run { $0.stop() } }
        // In a turn of its own: clients that were cut have had theirs.
        for loop in loops { try? await loop.run { $0.accessLog?.flush() } }
        // The last report is sent when there are no loops any more.
        await traffic.finish()
        let final = await statistics()
        state.withLock { state in
            state.finalStatistics = final
            state.loops = []
        }
    }

    private func drain(_ loops: [LoopHandle], wasRelieved: Bool) async {
        logger.info("draining", metadata: ["worker": "\(id)"])
        let limit = configuration.drainTimeout
        // Nobody waits for the end of a worker that was relieved.
        let patience = wasRelieved ? limit * 3 / 4 : configuration.lameDuck
        let drains = loops.map { loop in
            loop.eventLoop.flatSubmit {
                loop.proxy.value.drain(within: TimeAmount(limit), patience: TimeAmount(patience))
            }
        }
        var finished = true
        await withTaskCancellationHandler {
            for drain in drains { finished = (try? await drain.get()) == true && finished }
        } onCancel: {
            for loop in loops { loop.eventLoop.execute { loop.proxy.value.cutClients() } }
        }
        if !finished {
            logger.warning("not every exchange ended in time", metadata: ["worker": "\(id)", "limit": "\(limit)"])
        }
    }
}

extension ProxyWorker: CustomStringConvertible {
    package var description: String { "proxy worker \(id)" }
}
