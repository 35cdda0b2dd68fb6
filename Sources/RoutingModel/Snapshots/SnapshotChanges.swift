/// The objects in which two snapshots differ, by name: changed, new or gone.
package struct SnapshotChanges: Hashable, Sendable {
    package var groups: Set<String>
    package var routes: Set<String>

    package init(groups: Set<String> = [], routes: Set<String> = []) {
        self.groups = groups
        self.routes = routes
    }

    package var isEmpty: Bool { groups.isEmpty && routes.isEmpty }

    /// How many objects it names.
    package var count: Int { groups.count + routes.count }

    package mutating func formUnion(_ other: SnapshotChanges) {
        groups.formUnion(other.groups)
        routes.formUnion(other.routes)
    }
}
