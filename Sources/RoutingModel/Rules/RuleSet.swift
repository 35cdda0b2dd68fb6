package import HashTreeCollections

/// All that operators wrote, at one revision.
package struct RuleSet: Hashable, Sendable {
    package private(set) var groups: TreeDictionary<String, StoredRule<Group>>
    package private(set) var routes: TreeDictionary<String, StoredRule<Route>>
    /// By the peer's id.
    package private(set) var overrides: TreeDictionary<String, StoredRule<Override>>
    /// Counts committed changes; 0 before the first.
    package private(set) var revision: Int
    /// The routes that name a group, by group.
    private var users: TreeDictionary<String, TreeSet<String>> = [:]

    package init(
        groups: TreeDictionary<String, StoredRule<Group>> = [:],
        routes: TreeDictionary<String, StoredRule<Route>> = [:],
        overrides: TreeDictionary<String, StoredRule<Override>> = [:], revision: Int = 0
    ) {
        self.groups = groups
        self.routes = routes
        self.overrides = overrides
        self.revision = revision
        for route in routes.values { note(route.name, nil, route.value) }
    }

    /// Takes in changes that make up `revision`.
    package mutating func apply(_ changes: [RuleChange], revision: Int) {
        for change in changes {
            switch change {
            case .group(let name, _, let after): groups[name] = after
            case .override(let name, _, let after): overrides[name] = after
            case .route(let name, let before, let after):
                routes[name] = after
                note(name, before?.value, after?.value)
            }
        }
        self.revision = revision
    }

    /// The same rules without the overrides whose time is over.
    package func withoutOverrides(overAt now: Timestamp) -> RuleSet {
        var rules = self
        rules.overrides = overrides.filter { !$0.value.value.isOver(at: now) }
        return rules
    }

    /// Every service that a group names.
    package var watchedServices: Set<ServiceKey> { Set(groups.values.compactMap(\.value.consul?.key)) }

    /// The routes that name a group, by name.
    package func routes(using group: String) -> [String] { users[group]?.sorted() ?? [] }

    /// Whether any route names a group.
    package func isUsed(_ group: String) -> Bool { users[group] != nil }

    private mutating func note(_ name: String, _ before: Route?, _ after: Route?) {
        let (old, new) = (before?.groups ?? [], after?.groups ?? [])
        for group in old.subtracting(new) {
            users[group]?.remove(name)
            if users[group]?.isEmpty == true { users[group] = nil }
        }
        for group in new.subtracting(old) { users[group, default: []].insert(name) }
    }
}
