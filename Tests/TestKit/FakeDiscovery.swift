internal import ControlPlane
package import RoutingModel
internal import Synchronization

/// A discovery that says what the test tells it to.
package final class FakeDiscovery: DiscoverySource {
    package let observations: AsyncStream<ServiceObservation>
    private let source: AsyncStream<ServiceObservation>.Continuation
    private let said = Mutex<[ServiceKey: ServiceObservation]>([:])
    private let confirmations = Mutex<(@Sendable (ServiceKey) async -> ServiceObservation)?>(nil)
    private let asked = Mutex<Set<ServiceKey>>([])

    package init() {
        (observations, source) = AsyncStream.makeStream()
    }

    package func watch(_ services: Set<ServiceKey>) { asked.withLock { $0 = services } }

    /// What it was last told to watch.
    package var watched: Set<ServiceKey> { asked.withLock { $0 } }

    /// The answer to a confirmation: by default whatever was said last about the service.
    package func confirm(_ service: ServiceKey) async -> ServiceObservation {
        if let answer = confirmations.withLock({ $0 }) { return await answer(service) }
        return said.withLock { $0[service] }
            ?? ServiceObservation(key: service, at: .now(), outcome: .failure(reason: "nothing was said"))
    }

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
