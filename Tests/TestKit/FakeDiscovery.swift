internal import ControlPlane
package import RoutingModel
internal import Synchronization

/// A discovery that says what the test tells it to.
package final class FakeDiscovery: DiscoverySource {
    package let observations: AsyncStream<ServiceObservation>
    private let source: AsyncStream<ServiceObservation>.Continuation
    private let said = Mutex<[ServiceKey: ServiceObservation]>([:])
    private let confirmations = Mutex<(@Sendable (ServiceKey) async -> ServiceObservation)?>(nil)
    private let listed = Mutex<Set<String>?>(["consul"])
    private let asked = Mutex<Set<ServiceKey>>([])

    package init() {
        (observations, source) = AsyncStream.makeStream()
    }

    package func watch(_ services: Set<ServiceKey>) { asked.withLock { $0 = services } }

    /// What it was last told to watch.
    package var watched: Set<ServiceKey> { asked.withLock { $0 } }

    /// The answer to a confirmation: by default whatever was said last about the service.
    ///
    /// A service without instances is listed by the catalogue all the same, so that it is believed: see `listing`.
    package func confirm(_ service: ServiceKey) async -> DiscoveryConfirmation {
        if let answer = confirmations.withLock({ $0 }) {
            return DiscoveryConfirmation(observation: await answer(service), catalogue: listed.withLock { $0 })
        }
        let observation =
            said.withLock { $0[service] }
            ?? ServiceObservation(key: service, at: .now(), outcome: .failure(reason: "nothing was said"))
        return DiscoveryConfirmation(observation: observation, catalogue: listed.withLock { $0 })
    }

    /// Has confirmations come with these names as the catalogue's; nil when it can't be asked.
    package func listing(_ names: Set<String>?) { listed.withLock { $0 = names } }

    package var stalenessBound: Duration { .zero }

    /// Has confirmations answered by `answer`.
    package func whenConfirming(_ answer: @escaping @Sendable (ServiceKey) async -> ServiceObservation) {
        confirmations.withLock { $0 = answer }
    }

    package func say(_ observation: ServiceObservation) {
        said.withLock { $0[observation.key] = observation }
        source.yield(observation)
    }

    package func finish() { source.finish() }
}
