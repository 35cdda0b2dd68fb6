internal import HashTreeCollections
internal import RoutingModel

/// A change of the rules with what it is judged by: both resolutions, and what is known of the peers.
struct PlannedChange {
    let changes: [RuleChange]
    /// As they would be.
    let rules: RuleSet
    let before: Resolution
    let after: Resolution
    let catalog: Catalog
    /// What becomes of each route and group that the change is of.
    let routeActions: [String: RuleAction]
    let groupActions: [String: RuleAction]
    /// The groups of each peer whose override changes; a peer that is in none is missing.
    let overridden: [PeerID: Set<String>]

    init(_ changes: [RuleChange], rules: RuleSet, before: Resolution, after: Resolution, catalog: Catalog) {
        self.changes = changes
        self.rules = rules
        self.before = before
        self.after = after
        self.catalog = catalog
        var routes: [String: RuleAction] = [:]
        var groups: [String: RuleAction] = [:]
        var peers: Set<PeerID> = []
        for change in changes {
            switch change {
            case .route(let name, _, _): routes[name] = change.action
            case .group(let name, _, _): groups[name] = change.action
            case .override(let name, _, _): peers.insert(PeerID(name))
            }
        }
        routeActions = routes
        groupActions = groups
        overridden = after.groups(havingAnyOf: peers, in: catalog)
    }

    /// By name: the changed groups, and those of peers whose overrides change.
    func groupEffects() -> [GroupEffect] {
        Set(groupActions.keys).union(overridden.values.joined()).sorted().map { name in
            GroupEffect(
                name, groupActions[name] ?? .unchanged, before: before.groups[name], after: after.groups[name])
        }
    }

    /// By name: the changed routes, and those whose groups become empty or cease to be.
    func routeEffects(_ groups: [GroupEffect]) -> [RouteEffect] {
        var names = Set(routeActions.keys)
        for group in groups where group.changesEmptiness {
            // A route that only sends it copies serves its requests as before.
            names.formUnion(
                rules.routes(using: group.name).filter { rules.routes[$0]?.value.sends(to: group.name) == true })
        }
        return names.sorted().map { effect(on: $0) }
    }

    private func effect(on name: String) -> RouteEffect {
        let (old, new) = (before.snapshotRoutes[name], after.snapshotRoutes[name])
        let deals = DealComparison(
            before: old.map { ($0, { before.snapshotGroups[$0]?.peers.isEmpty ?? true }) },
            after: new.map { ($0, { after.snapshotGroups[$0]?.peers.isEmpty ?? true }) })
        let isRedealt = old != nil && new != nil && old?.dealing != new?.dealing
        let moved: Int
        if old == nil || new == nil {
            moved = Bucket.count
        } else if isRedealt {
            moved = deals.redealtBuckets
        } else {
            moved = new?.sticky == nil ? deals.gainedBuckets : deals.changedBuckets
        }
        let effective = deals.shares
        let written = (before: old?.buckets ?? [:], after: new?.buckets ?? [:])
        var groups = new?.split.map(\.group) ?? []
        groups += (old?.split.map(\.group) ?? []).filter { written.after[$0] == nil }
        return RouteEffect(
            name: name, action: routeActions[name] ?? .unchanged, moved: Percent(clamping: moved),
            shares: groups.map { group in
                RouteEffect.Share(
                    group: group, before: Percent(clamping: written.before[group] ?? 0),
                    after: Percent(clamping: written.after[group] ?? 0),
                    effectiveBefore: Percent(clamping: effective.before[group] ?? 0),
                    effectiveAfter: Percent(clamping: effective.after[group] ?? 0))
            },
            unservedBefore: old == nil ? .zero : Percent(clamping: effective.before[nil] ?? 0),
            unservedAfter: new == nil ? .zero : Percent(clamping: effective.after[nil] ?? 0),
            isDealtAnew: isRedealt)
    }
}

extension SnapshotRoute {
    /// What a request's bucket is made of.
    fileprivate var dealing: Stickiness? {
        guard let sticky, case .header(let name) = sticky.key else { return sticky }
        return Stickiness(.header(name.lowercased()), salt: sticky.salt)
    }

    fileprivate var buckets: [String: Int] {
        Dictionary(split.map { ($0.group, $0.buckets) }, uniquingKeysWith: +)
    }
}
