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
    private var groupsByService: TreeDictionary<ServiceKey, TreeSet<String>> = [:]
    /// The same services by name: there is one for each datacenter that groups name.
    private var servicesByName: TreeDictionary<String, TreeSet<ServiceKey>> = [:]
    private var serviceByGroup: TreeDictionary<String, ServiceKey> = [:]
    private var routesByHost = RoutesByHost()

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
        groups(havingAnyOf: [peer], in: catalog)[peer] ?? []
    }

    /// The groups that each of these peers is a member of; peers of none are left out. All are found in one pass.
    package func groups(havingAnyOf peers: Set<PeerID>, in catalog: Catalog) -> [PeerID: Set<String>] {
        var found: [PeerID: Set<String>] = [:]
        guard !peers.isEmpty else { return found }
        for (service, members) in catalog.members(among: peers) {
            for name in groupsByService[service] ?? [] {
                for peer in members where member(peer, of: name) != nil { found[peer, default: []].insert(name) }
            }
        }
        // A listed address is found in its group only.
        let listed = peers.filter { $0.description.hasPrefix("static~") }
        guard !listed.isEmpty else { return found }
        for group in groups.values {
            for peer in group.peers where peer.service == nil && listed.contains(peer.id) {
                found[peer.id, default: []].insert(group.name)
            }
        }
        return found
    }

    /// A peer as a member of a group; nil when it is none.
    func member(_ peer: PeerID, of group: String) -> ResolvedPeer? { groups[group]?.member(peer) }

    /// The routes that name this very host pattern (`*` for those without hosts), in no order.
    func routes(for pattern: HostPattern) -> [SnapshotRoute] {
        routesByHost[pattern].compactMap { snapshotRoutes[$0] }
    }

    /// Takes in a group as it is now; nil when it is gone.
    /// - Returns: whether workers would notice.
    @discardableResult
    package mutating func update(
        group name: String, _ group: Group?, catalog: Catalog,
        overrides: TreeDictionary<String, StoredRule<Override>> = [:]
    ) -> Bool {
        note(name, takesPeersFrom: group?.consul?.key)
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

    private mutating func note(_ name: String, takesPeersFrom service: ServiceKey?) {
        let before = serviceByGroup[name]
        guard before != service else { return }
        if let before {
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
    }

    /// Takes in a route as it is now; nil when it is gone.
    /// - Returns: whether workers would notice.
    @discardableResult
    package mutating func update(route name: String, _ route: Route?) -> Bool {
        let snapshot = route.map { Resolver.resolve(name, $0) }
        guard snapshotRoutes[name] != snapshot else { return false }
        routesByHost.replace(snapshotRoutes[name], by: snapshot)
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
