internal import NIOCore
internal import RoutingEngine
internal import RoutingModel

/// What a loop does with the requests of one route, worked out once: policies in the form in which they are used for
/// every request.
final class RoutePlan {
    let route: CompiledRoute
    let retries: Int
    let causes: ExchangeState.Causes
    let repeatsAnyMethod: Bool
    let retriesAcross: Bool
    let tryTimeout: TimeAmount?
    let connectTimeout: TimeAmount
    let responseTimeout: TimeAmount
    let idleTimeout: TimeAmount
    let totalTimeout: TimeAmount?
    let rewrite: CompiledRewrite?
    let mirror: Mirror?
    /// By the entry of the split.
    private let forwarding: [Forwarding]
    /// What is changed whatever the group is.
    let ownForwarding: Forwarding
    /// Nil without a policy: then a retry needs no budget.
    private var budget: RetryBudget?

    /// What is changed of a message on its way, route and entry of the split together.
    struct Forwarding {
        let request: CompiledHeaderChanges?
        let response: CompiledHeaderChanges?
    }

    /// - Parameter before: the plan of the route as it was, whose budget goes on.
    init(_ route: CompiledRoute, before: RoutePlan?, configuration: ProxyConfiguration, times: ProxyLoop.Times) {
        self.route = route
        let settings = route.source.settings
        retries = settings.retry?.attempts ?? configuration.retries
        causes = settings.retry.map { ExchangeState.Causes($0.on) } ?? .standard
        repeatsAnyMethod = settings.retry?.nonIdempotent ?? false
        retriesAcross = settings.retry?.across ?? false
        tryTimeout = settings.retry?.perTryTimeout.map { .nanoseconds($0.nanoseconds) }
        budget =
            before?.route.source.settings.retry == settings.retry && before?.route.name == route.name
            ? before?.budget : settings.retry.map { RetryBudget($0, loops: configuration.threads) }
        connectTimeout = settings.timeouts?.connect.map { .nanoseconds($0.nanoseconds) } ?? times.connect
        responseTimeout = settings.timeouts?.response.map { .nanoseconds($0.nanoseconds) } ?? times.responseHead
        idleTimeout = settings.timeouts?.idle.map { .nanoseconds($0.nanoseconds) } ?? times.streamIdle
        totalTimeout = settings.timeouts?.total.map { .nanoseconds($0.nanoseconds) } ?? times.total
        rewrite = CompiledRewrite(settings.rewrite, path: route.source.match.path)
        mirror = settings.mirror
        ownForwarding = Forwarding(
            request: CompiledHeaderChanges(route: settings.requestHeaders),
            response: CompiledHeaderChanges(route: settings.responseHeaders))
        forwarding =
            route.source.split.map { entry in
                Forwarding(
                    request: CompiledHeaderChanges(route: settings.requestHeaders, entry: entry.requestHeaders),
                    response: CompiledHeaderChanges(route: settings.responseHeaders, entry: entry.responseHeaders))
            }
    }

    /// What is changed for a group. Who is forced to one that has a part of the split sees what others see there.
    func forwarding(_ place: Exchange.Place) -> Forwarding {
        if forwarding.indices.contains(place.entry) { return forwarding[place.entry] }
        let entry = route.source.split.firstIndex { $0.group == place.group.name }
        return entry.map { forwarding[$0] } ?? ownForwarding
    }

    /// The share of an entry of the split, in buckets of 10,000; 0 for an entry that there isn't.
    func share(of entry: Int) -> Int {
        let split = route.source.split
        return split.indices.contains(entry) ? split[entry].buckets : 0
    }

    func requested(at now: NIODeadline) { budget?.requested(at: now.uptimeNanoseconds) }

    /// Takes a retry out of the budget.
    func mayRetry(at now: NIODeadline) -> Bool { budget?.mayRetry(at: now.uptimeNanoseconds) ?? true }
}

@available(*, unavailable)
extension RoutePlan: Sendable {}
