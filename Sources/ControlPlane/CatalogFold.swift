internal import RoutingEngine
internal import RoutingModel

/// What one observation makes of what is known of a service. Pure.
struct CatalogFold {
    private(set) var service: CatalogService
    private(set) var changes: [InstanceChange] = []

    init(_ observation: ServiceObservation, into known: CatalogService) {
        service = known
        service.watch.nextAttemptAt = observation.nextAttemptAt
        // A confirmation knows nothing of the watch.
        service.watch.restarts = max(known.watch.restarts, observation.restarts)
        switch observation.outcome {
        case .failure(let reason): fail(reason, at: observation.at)
        case .answer(let index, let instances, let skipped):
            answer(index, instances, skipped, at: observation.at)
        }
    }

    /// A service was believed to be gone, and it is better not to believe it: `before` is what it was.
    init(puttingBack before: CatalogService, into known: CatalogService) {
        service = known
        service.instances = before.instances
        service.skipped = before.skipped
        service.watch.consulIndex = before.watch.consulIndex
        changes = InstanceChange.between(known.instances, before.instances)
    }

    private mutating func fail(_ reason: String, at: Timestamp) {
        service.watch.failures += 1
        service.watch.lastError = reason
        guard service.watch.state == .fresh else { return }
        service.watch.state = .stale
        service.watch.staleSince = at
    }

    private mutating func answer(
        _ index: UInt64, _ instances: [Instance], _ skipped: [SkippedInstance], at: Timestamp
    ) {
        let new = Dictionary(instances.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        changes = InstanceChange.between(service.instances, new)
        service.instances = new
        service.skipped = skipped
        service.watch.state = .fresh
        service.watch.consulIndex = index
        service.watch.lastSuccessAt = at
        service.watch.staleSince = nil
        service.watch.lastError = nil
        service.watch.failures = 0
        service.watch.answers += 1
    }
}
