package import Logging
package import RoutingModel
internal import ServiceLifecycle
internal import Synchronization

/// Watches services in Consul.
///
/// ```swift
/// let discovery = ConsulDiscovery(configuration: configuration, logger: logger)
/// discovery.watch([ServiceKey(name: "star")])
/// for await observation in discovery.observations { … }    // while run() runs elsewhere
/// ```
package final class ConsulDiscovery: Service, Sendable, CustomStringConvertible {
    /// What was found, in order for each service; for one consumer. Each failure is reported, and each answer that has
    /// a service's instances, also when it says nothing new, so that the consumer knows how fresh its knowledge is.
    /// That a service's index has not moved is no such answer. An observation of a service that is watched no more may
    /// still be waiting here. Ends when `run()` ends.
    package let observations: AsyncStream<ServiceObservation>

    private let report: AsyncStream<ServiceObservation>.Continuation
    private let events: AsyncStream<WatchLoop.Event>
    private let send: AsyncStream<WatchLoop.Event>.Continuation
    private let configuration: ConsulConfiguration
    private let logger: Logger
    private let makeTransport: MakeTransport
    private let slots: ConnectionSlots
    private let catalogues = CatalogueShare()
    /// There while `run()` runs, so that what is never run holds nothing that must be shut down.
    private let client = Mutex<ConsulClient?>(nil)
    private let shared = Mutex(WatchLoop.Shared())

    package convenience init(configuration: ConsulConfiguration, logger: Logger) {
        self.init(configuration: configuration, logger: logger) { onNewToken in
            HTTPTransport(configuration, logger: logger, onNewToken: onNewToken)
        }
    }

    /// Makes the way to the agents; what it is given is to be called when another token is sent from then on.
    typealias MakeTransport = @Sendable (_ onNewToken: @escaping @Sendable () -> Void) -> any ConsulTransport

    /// - Parameter transport: is made when `run()` begins.
    init(configuration: ConsulConfiguration, logger: Logger, transport: @escaping MakeTransport) {
        self.configuration = configuration
        self.logger = logger
        makeTransport = transport
        slots = ConnectionSlots(configuration.confirmations)
        // Bounded by what the rate limit and the back-off let through, per service.
        (observations, report) = AsyncStream.makeStream()
        // Every set counts: a service that is gone in one and back in the next is asked about anew, because whoever
        // forgot it has nothing of it any more.
        (events, send) = AsyncStream.makeStream()
    }

    package var description: String { "Consul discovery" }

    /// Sets the whole set of services to watch from now on: loops of services that are gone end, new ones begin at
    /// once. May be called before `run()`, and from anywhere.
    package func watch(_ services: Set<ServiceKey>) { send.yield(.watch(services)) }

    /// By how much what is known of a service may be behind while Consul answers: zero while every service has its own
    /// question, else about the length of a round.
    package var stalenessBound: Duration { shared.withLock { $0.stalenessBound } }

    /// Asks the leader once, past any stale server, for all instances of `service`: for an answer that is too bad to be
    /// believed at once. When there is none left, the catalogue is asked for as well, so that the caller can tell a
    /// service that is gone from one that Consul has never heard of. Each takes 10 s at most; a failure is in the
    /// outcome.
    package func confirm(_ service: ServiceKey) async -> DiscoveryConfirmation {
        guard let client = client.withLock({ $0 }) else {
            return Self.failure("The watch of Consul is not running", of: service)
        }
        let agent = shared.withLock { $0.agent }
        do {
            // Many services may shrink at once.
            let answer = try await slots.use {
                try await client.ask(HealthQuestion(service: service, mode: .confirm), of: agent)
            }
            let observation = ServiceObservation(
                key: service, at: .now(),
                outcome: .answer(
                    consulIndex: max(1, answer.index ?? 1), instances: answer.instances, skipped: answer.skipped))
            guard answer.instances.isEmpty else { return DiscoveryConfirmation(observation: observation) }
            let names = await catalogues.names(in: service.datacenter) { [slots] in
                try? await slots.use { try await client.names(in: service.datacenter, of: agent) }
            }
            return DiscoveryConfirmation(observation: observation, catalogue: names)
        } catch {
            return Self.failure(client.failure(error, of: agent).reason, of: service)
        }
    }

    private static func failure(_ reason: String, of service: ServiceKey) -> DiscoveryConfirmation {
        DiscoveryConfirmation(
            observation: ServiceObservation(key: service, at: .now(), outcome: .failure(reason: reason)))
    }

    /// Watches until graceful shutdown or cancellation, and never ends because of an error. To be run once.
    package func run() async throws {
        let transport = makeTransport { [send] in send.yield(.refresh) }
        let client = ConsulClient(transport: transport, configuration: configuration)
        self.client.withLock { $0 = client }
        await cancelWhenGracefulShutdown { [self] in
            var loop = WatchLoop(client: client, logger: logger, send: send, report: report)
            await loop.run(events, shared)
        }
        self.client.withLock { $0 = nil }
        report.finish()
        do {
            try await client.transport.shutdown()
        } catch {
            logger.warning("The HTTP client for Consul did not shut down cleanly", metadata: ["error": "\(error)"])
        }
    }
}
