import ControlPlane
import RoutingModel
import Synchronization

/// A discovery that says what the test tells it to.
final class FakeDiscovery: DiscoverySource {
    let observations: AsyncStream<ServiceObservation>
    private let source: AsyncStream<ServiceObservation>.Continuation
    private let asked = Mutex<Set<ServiceKey>>([])

    init() {
        (observations, source) = AsyncStream.makeStream()
    }

    func watch(_ services: Set<ServiceKey>) { asked.withLock { $0 = services } }

    /// What it was last told to watch.
    var watched: Set<ServiceKey> { asked.withLock { $0 } }

    func say(_ observation: ServiceObservation) { source.yield(observation) }

    func finish() { source.finish() }
}
