package import HashTreeCollections

/// All that operators wrote, at one revision.
package struct RuleSet: Hashable, Sendable {
    package private(set) var groups: TreeDictionary<String, StoredRule<Group>>
    package private(set) var routes: TreeDictionary<String, StoredRule<Route>>
    /// Counts committed changes; 0 before the first.
    package private(set) var revision: Int

    package init(
        groups: TreeDictionary<String, StoredRule<Group>> = [:],
        routes: TreeDictionary<String, StoredRule<Route>> = [:], revision: Int = 0
    ) {
        self.groups = groups
        self.routes = routes
        self.revision = revision
    }

    /// Takes in changes that make up `revision`.
    package mutating func apply(_ changes: [RuleChange], revision: Int) {
        for change in changes {
            switch change {
            case .group(let name, _, let after): groups[name] = after
            case .route(let name, _, let after): routes[name] = after
            }
        }
        self.revision = revision
    }

    /// Every service that a group names.
    package var watchedServices: Set<ServiceKey> { Set(groups.values.compactMap(\.value.consul?.key)) }

    /// The routes that name a group, by name.
    package func routes(using group: String) -> [String] {
        routes.values.filter { $0.value.groups.contains(group) }.map(\.name).sorted()
    }
}
