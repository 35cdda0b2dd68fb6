package import HashTreeCollections
package import RoutingModel

/// Rules and catalog, resolved object by object, so that a change costs what it touches.
package struct Resolution: Sendable {
    package private(set) var groups: TreeDictionary<String, ResolvedGroup> = [:]
    package private(set) var snapshotGroups: TreeDictionary<String, SnapshotGroup> = [:]
    package private(set) var snapshotRoutes: TreeDictionary<String, SnapshotRoute> = [:]
    /// Which groups take peers from a service.
    private var groupsByService: [ServiceKey: Set<String>] = [:]
    private var serviceByGroup: [String: ServiceKey] = [:]

    package init() {}

    package init(rules: RuleSet, catalog: Catalog) {
        for (name, rule) in rules.groups { update(group: name, rule.value, catalog: catalog) }
        for (name, rule) in rules.routes { update(route: name, rule.value) }
    }

    /// The groups that take peers from `service`, sorted.
    package func groups(of service: ServiceKey) -> [String] { (groupsByService[service] ?? []).sorted() }

    /// Takes in a group as it is now; nil when it is gone.
    /// - Returns: whether workers would notice.
    @discardableResult
    package mutating func update(group name: String, _ group: Group?, catalog: Catalog) -> Bool {
        let service = group?.consul?.key
        if let before = serviceByGroup[name], before != service {
            groupsByService[before]?.remove(name)
            if groupsByService[before]?.isEmpty == true { groupsByService[before] = nil }
        }
        serviceByGroup[name] = service
        if let service { groupsByService[service, default: []].insert(name) }
        groups[name] = group.map { Resolver.resolve(name, $0, in: catalog) }
        let snapshot = groups[name]?.snapshot
        defer { snapshotGroups[name] = snapshot }
        return snapshotGroups[name] != snapshot
    }

    /// Takes in a route as it is now; nil when it is gone.
    /// - Returns: whether workers would notice.
    @discardableResult
    package mutating func update(route name: String, _ route: Route?) -> Bool {
        let snapshot = route.map { Resolver.resolve(name, $0) }
        defer { snapshotRoutes[name] = snapshot }
        return snapshotRoutes[name] != snapshot
    }

    package func snapshot(index: Int, revision: Int) -> Snapshot {
        Snapshot(index: index, revision: revision, groups: snapshotGroups, routes: snapshotRoutes)
    }
}
