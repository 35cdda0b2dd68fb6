internal import ControlPlane
internal import RoutingModel

/// A watched service as the admin API shows it.
struct ServiceDocument: Encodable {
    private let service: CatalogService
    private let held: HeldAnswer?
    private let bound: Duration?
    private let now: Timestamp

    init(_ service: CatalogService, held: HeldAnswer?, bound: Duration?, now: Timestamp = .now()) {
        self.service = service
        self.held = held
        self.bound = bound
        self.now = now
    }

    private enum CodingKeys: String, CodingKey { case name, datacenter, watch, instances, skipped }

    private enum WatchKeys: String, CodingKey {
        case state, consulIndex = "consul_index", lastSuccessAt = "last_success_at", ageSeconds = "age_seconds"
        case staleSince = "stale_since", lastError = "last_error", failures, answers
        case nextAttemptAt = "next_attempt_at", restarts, boundSeconds = "bound_seconds", held
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(service.key.name, forKey: .name)
        try container.encode(service.key.datacenter, forKey: .datacenter)
        try container.encode(service.sortedInstances, forKey: .instances)
        try container.encode(service.skipped, forKey: .skipped)
        var watch = container.nestedContainer(keyedBy: WatchKeys.self, forKey: .watch)
        try watch.encode(service.watch.state, forKey: .state)
        try watch.encode(service.watch.consulIndex, forKey: .consulIndex)
        try watch.encode(service.watch.lastSuccessAt, forKey: .lastSuccessAt)
        try watch.encode(service.watch.lastSuccessAt.map { now.seconds(since: $0) }, forKey: .ageSeconds)
        try watch.encode(service.watch.staleSince, forKey: .staleSince)
        try watch.encode(service.watch.lastError, forKey: .lastError)
        try watch.encode(service.watch.failures, forKey: .failures)
        try watch.encode(service.watch.answers, forKey: .answers)
        try watch.encode(service.watch.nextAttemptAt, forKey: .nextAttemptAt)
        try watch.encode(service.watch.restarts, forKey: .restarts)
        try watch.encode(bound.map { $0 / .seconds(1) }, forKey: .boundSeconds)
        try watch.encode(held, forKey: .held)
    }
}
