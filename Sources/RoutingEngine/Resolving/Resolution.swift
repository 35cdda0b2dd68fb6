package import HashTreeCollections
package import RoutingModel

/// Rules and catalog, resolved object by object, so that a change costs what it touches: each object is resolved, and
/// its text for workers made, only when it may have become another.
package struct Resolution: Sendable {
    package private(set) var groups: TreeDictionary<String, ResolvedGroup> = [:]
    package private(set) var snapshotGroups: TreeDictionary<String, SnapshotGroup> = [:]
    package private(set) var snapshotRoutes: TreeDictionary<String, SnapshotRoute> = [:]
    /// What workers get of each object, as it goes over the wire.
    package private(set) var groupTexts: TreeDictionary<String, SnapshotText> = [:]
    package private(set) var routeTexts: TreeDictionary<String, SnapshotText> = [:]
    package private(set) var digest = SnapshotDigest()
    /// What workers would notice since `takeChanges` was called last.
    private var changes = SnapshotChanges()
    /// Which groups take peers from a service.
    private var groupsByService: [ServiceKey: Set<String>] = [:]
    /// The same services by name: there is one for each datacenter that groups name.
    private var servicesByName: [String: Set<ServiceKey>] = [:]
    private var serviceByGroup: [String: ServiceKey] = [:]

    package init() {}

    package init(rules: RuleSet, catalog: Catalog) {
        for (name, rule) in rules.groups {
            update(group: name, rule.value, catalog: catalog, overrides: rules.overrides)
        }
        for (name, rule) in rules.routes { update(route: name, rule.value) }
    }

    /// The groups that take peers from `service`, sorted.
    package func groups(of service: ServiceKey) -> [String] { (groupsByService[service] ?? []).sorted() }

    /// The groups that take peers from a service of that name, in whatever datacenter.
    package func groups(ofServiceNamed name: String) -> [String] {
        (servicesByName[name] ?? []).sorted().flatMap { groups(of: $0) }
    }

    /// Whether any group takes peers from `service`.
    package func isNamed(_ service: ServiceKey) -> Bool { groupsByService[service] != nil }

    /// The groups that a peer is a member of.
    package func groups(having peer: PeerID, in catalog: Catalog) -> Set<String> {
        var names: Set<String> = []
        for service in catalog.services.values where service.instances[peer] != nil {
            for name in groupsByService[service.key] ?? [] where has(peer, name) { names.insert(name) }
        }
        // A listed address is found in its group only: there are few groups that list any.
        if peer.description.hasPrefix("static~") {
            for name in groups.keys where has(peer, name) { names.insert(name) }
        }
        return names
    }

    private func has(_ peer: PeerID, _ group: String) -> Bool {
        groups[group]?.peers.contains { $0.id == peer } ?? false
    }

    /// Takes in a group as it is now; nil when it is gone.
    /// - Returns: whether workers would notice.
    @discardableResult
    package mutating func update(
        group name: String, _ group: Group?, catalog: Catalog,
        overrides: TreeDictionary<String, StoredRule<Override>> = [:]
    ) -> Bool {
        let service = group?.consul?.key
        if let before = serviceByGroup[name], before != service {
            groupsByService[before]?.remove(name)
            if groupsByService[before]?.isEmpty == true {
                groupsByService[before] = nil
                servicesByName[before.name]?.remove(before)
                if servicesByName[before.name]?.isEmpty == true { servicesByName[before.name] = nil }
            }
        }
        serviceByGroup[name] = service
        if let service {
            groupsByService[service, default: []].insert(name)
            servicesByName[service.name, default: []].insert(service)
        }
        let resolved = group.map { Resolver.resolve(name, $0, in: catalog, overrides: overrides) }
        groups[name] = resolved
        let snapshot = resolved?.snapshot
        guard snapshotGroups[name] != snapshot else { return false }
        snapshotGroups[name] = snapshot
        let text = snapshot.map { SnapshotText(.group, name: name, bytes: $0.text) }
        account(text, for: groupTexts[name])
        groupTexts[name] = text
        changes.groups.insert(name)
        return true
    }

    /// Takes in a route as it is now; nil when it is gone.
    /// - Returns: whether workers would notice.
    @discardableResult
    package mutating func update(route name: String, _ route: Route?) -> Bool {
        let snapshot = route.map { Resolver.resolve(name, $0) }
        guard snapshotRoutes[name] != snapshot else { return false }
        snapshotRoutes[name] = snapshot
        let text = snapshot.map { SnapshotText(.route, name: name, bytes: $0.text) }
        account(text, for: routeTexts[name])
        routeTexts[name] = text
        changes.routes.insert(name)
        return true
    }

    private mutating func account(_ text: SnapshotText?, for old: SnapshotText?) {
        if let old { digest -= old.hash }
        if let text { digest += text.hash }
    }

    /// The objects that workers would notice to differ since the last call, or since the beginning.
    package mutating func takeChanges() -> SnapshotChanges {
        defer { changes = SnapshotChanges() }
        return changes
    }

    package func snapshot(index: Int, revision: Int) -> Snapshot {
        Snapshot(index: index, revision: revision, groups: snapshotGroups, routes: snapshotRoutes)
    }
}
