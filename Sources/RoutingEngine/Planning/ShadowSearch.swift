internal import HashTreeCollections
internal import RoutingModel

/// Finds routes that no request reaches, because for each of their hosts another route goes first and takes all of it.
///
/// Only routes that name the very same host pattern are looked at: one with a wider pattern never goes first, and one
/// with a narrower pattern doesn't take all. So each host is judged by itself. That is exact, because a request goes by
/// the best pattern of each route: a route with the pattern that is the best of another stands there at least as well.
struct ShadowSearch {
    /// Pairs of routes that are compared at the most: thousands of routes for one host and path aren't worth waiting for.
    private static let pairLimit = 1_000_000

    private let change: PlannedChange

    init(_ change: PlannedChange) { self.change = change }

    /// A warning for each route that is written and can't be reached, and for each other one that can't be any more.
    func warnings() -> [PlanWarning] {
        let written = Set(change.routeActions.filter { $0.value != .deleted }.keys)
        guard !written.isEmpty else { return [] }
        var budget = Self.pairLimit
        var afterwards: [HostPattern: RoutesByPath] = [:]
        var writtenByHost: [HostPattern: RoutesByPath] = [:]
        var neighbours: Set<String> = []
        for name in written {
            guard let route = change.after.snapshotRoutes[name] else { continue }
            for pattern in RoutesByHost.patterns(of: route) where afterwards[pattern] == nil {
                let routes = change.after.routes(for: pattern)
                afterwards[pattern] = RoutesByPath(routes)
                writtenByHost[pattern] = RoutesByPath(routes.filter { written.contains($0.name) })
                for route in routes where !written.contains(route.name) { neighbours.insert(route.name) }
            }
        }
        var warnings: [PlanWarning] = []
        for name in written.sorted() {
            guard let route = change.after.snapshotRoutes[name],
                let others = shadows(of: route, in: change.after, &afterwards, &budget)
            else { continue }
            warnings.append(warning(name, others, isNew: true))
        }
        var before: [HostPattern: RoutesByPath] = [:]
        for name in neighbours.sorted() {
            guard let route = change.after.snapshotRoutes[name] else { continue }
            let isTouched = RoutesByHost.patterns(of: route).contains { pattern in
                writtenByHost[pattern]?.cover(of: route, &budget) != nil
            }
            guard isTouched, let others = shadows(of: route, in: change.after, &afterwards, &budget),
                shadows(of: route, in: change.before, &before, &budget) == nil
            else { continue }
            warnings.append(warning(name, others, isNew: false))
        }
        return warnings
    }

    private func warning(_ name: String, _ others: [String], isNew: Bool) -> PlanWarning {
        let list = others.prefix(5).map { "'\($0)'" }.joined(separator: ", ") + (others.count > 5 ? ", …" : "")
        return PlanWarning(
            "shadowed", "routes", name,
            "No request \(isNew ? "reaches" : "would reach") route '\(name)'\(isNew ? "" : " any more"): "
                + "\(others.count == 1 ? "route" : "routes") \(list) \(others.count == 1 ? "goes" : "go") first and "
                + "\(others.count == 1 ? "takes" : "take") all that it is for.")
    }

    /// The routes that take everything of `route`, sorted; nil when something may be left.
    private func shadows(
        of route: SnapshotRoute, in resolution: Resolution, _ known: inout [HostPattern: RoutesByPath],
        _ budget: inout Int
    ) -> [String]? {
        var others: Set<String> = []
        for pattern in RoutesByHost.patterns(of: route) {
            let routes: RoutesByPath
            if let made = known[pattern] {
                routes = made
            } else {
                routes = RoutesByPath(resolution.routes(for: pattern))
                known[pattern] = routes
            }
            guard let other = routes.cover(of: route, &budget) else { return nil }
            others.insert(other)
        }
        return others.sorted()
    }
}
