package import Logging
package import RoutingModel
internal import ServiceLifecycle
internal import Synchronization

/// Watches services in Consul: one blocking query per service, each on its own connection.
///
/// ```swift
/// let discovery = ConsulDiscovery(configuration: configuration, logger: logger)
/// discovery.watch([ServiceKey(name: "star")])
/// for await observation in discovery.observations { … }    // while run() runs elsewhere
/// ```
package final class ConsulDiscovery: Service, Sendable, CustomStringConvertible {
    /// What was found, in order for each service; for one consumer. Each question that was answered or failed is
    /// reported once, also when it says nothing new, so that the consumer knows how fresh its knowledge is. An
    /// observation of a service that is watched no more may still be waiting here. Ends when `run()` ends.
    package let observations: AsyncStream<ServiceObservation>

    private let report: AsyncStream<ServiceObservation>.Continuation
    private let wanted: AsyncStream<Set<ServiceKey>>
    private let want: AsyncStream<Set<ServiceKey>>.Continuation
    private let configuration: ConsulConfiguration
    private let logger: Logger
    private let slots: WatchSlots
    private let catalogues = CatalogueShare()
    /// There while `run()` runs, so that what is never run holds nothing that must be shut down.
    private let client = Mutex<ConsulClient?>(nil)

    package init(configuration: ConsulConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        slots = WatchSlots(configuration)
        // Bounded by what the rate limit and the back-off let through, per service.
        (observations, report) = AsyncStream.makeStream()
        // Every set counts: a service that is gone in one and back in the next is asked about anew, because whoever
        // forgot it has nothing of it any more.
        (wanted, want) = AsyncStream.makeStream()
    }

    package var description: String { "Consul discovery" }

    /// Sets the whole set of services to watch from now on: loops of services that are gone end, new ones begin at
    /// once. May be called before `run()`, and from anywhere.
    package func watch(_ services: Set<ServiceKey>) { want.yield(services) }

    /// Asks the leader once, past any stale server, for all instances of `service`: for an answer that is too bad to be
    /// believed at once. When there is none left, the catalogue is asked for as well, so that the caller can tell a
    /// service that is gone from one that Consul has never heard of. Each takes 10 s at most; a failure is in the
    /// outcome.
    package func confirm(_ service: ServiceKey) async -> DiscoveryConfirmation {
        guard let client = client.withLock({ $0 }) else {
            let failure = ConsulFailure(kind: .unreachable, reason: "The watch of Consul is not running")
            return DiscoveryConfirmation(observation: .failure(failure, of: service))
        }
        do {
            // Many services may shrink at once.
            let answer = try await slots.immediate.use {
                try await client.ask(HealthQuestion(service: service, mode: .confirm), of: 0)
            }
            let observation = ServiceObservation.answer(max(1, answer.index ?? 1), answer, of: service)
            guard answer.instances.isEmpty else {
                return DiscoveryConfirmation(observation: observation)
            }
            let names = await catalogues.names(in: service.datacenter) { [slots] in
                try? await slots.immediate.use { try await client.names(in: service.datacenter, of: 0) }
            }
            return DiscoveryConfirmation(observation: observation, catalogue: names)
        } catch {
            let failure = ConsulFailure(error, address: configuration.addresses[0])
            return DiscoveryConfirmation(observation: .failure(failure, of: service))
        }
    }

    /// By how much what is known of a service may be behind while Consul answers: zero while every service has its own
    /// question, else about the length of a round.
    package var stalenessBound: Duration { .zero }

    /// Watches until graceful shutdown or cancellation, and never ends because of an error. To be run once.
    package func run() async throws {
        let client = ConsulClient(transport: HTTPTransport(configuration), configuration: configuration)
        self.client.withLock { $0 = client }
        await cancelWhenGracefulShutdown { await self.supervise(client) }
        self.client.withLock { $0 = nil }
        report.finish()
        do {
            try await client.transport.shutdown()
        } catch {
            logger.warning("The HTTP client for Consul did not shut down cleanly", metadata: ["error": "\(error)"])
        }
    }

    /// Keeps one loop for each wanted service until it is cancelled.
    private func supervise(_ client: ConsulClient) async {
        var loops: [ServiceKey: Task<Void, Never>] = [:]
        var isCrowded = false
        for await services in wanted {
            slots.setServices(services.count)
            let gone = loops.filter { !services.contains($0.key) }
            await end(gone.values)
            for service in gone.keys { loops[service] = nil }
            for service in services where loops[service] == nil {
                let watch = ServiceWatch(
                    service: service, client: client, configuration: configuration, logger: logger,
                    slots: slots, report: { [report] in report.yield($0) })
                loops[service] = Task { await watch.run() }
            }
            if services.count > configuration.watches, !isCrowded {
                logger.warning(
                    "More services than questions that Consul may hold: they take turns",
                    metadata: ["services": "\(services.count)", "watches": "\(configuration.watches)"])
            }
            isCrowded = services.count > configuration.watches
        }
        await end(loops.values)
    }

    /// Cancels the loops and waits for them, so that a loop that begins anew for the same service can't be overtaken by
    /// what the old one still reports.
    private func end(_ loops: some Collection<Task<Void, Never>>) async {
        for loop in loops { loop.cancel() }
        for loop in loops { await loop.value }
    }
}
