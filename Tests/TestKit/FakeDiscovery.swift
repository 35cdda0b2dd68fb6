internal import ControlPlane
package import RoutingModel
internal import Synchronization

/// A discovery that says what the test tells it to.
package final class FakeDiscovery: DiscoverySource {
    package let observations: AsyncStream<ServiceObservation>
    private let source: AsyncStream<ServiceObservation>.Continuation
    private let asked = Mutex<Set<ServiceKey>>([])

    package init() {
        (observations, source) = AsyncStream.makeStream()
    }

    package func watch(_ services: Set<ServiceKey>) { asked.withLock { $0 = services } }

    /// What it was last told to watch.
    package var watched: Set<ServiceKey> { asked.withLock { $0 } }

    package func say(_ observation: ServiceObservation) { source.yield(observation) }

    package func finish() { source.finish() }
}
