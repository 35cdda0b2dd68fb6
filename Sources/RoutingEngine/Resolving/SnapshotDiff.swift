package import RoutingModel

/// What differs between two snapshots.
package struct SnapshotDiff: Hashable, Sendable {
    /// New or different in the later one, by name.
    package let changedGroups: [String: SnapshotGroup]
    package let changedRoutes: [String: SnapshotRoute]
    /// In the earlier one only, sorted.
    package let removedGroups: [String]
    package let removedRoutes: [String]

    package init(from old: Snapshot, to new: Snapshot) {
        changedGroups = new.groups.filter { old.groups[$0.key] != $0.value }
        changedRoutes = new.routes.filter { old.routes[$0.key] != $0.value }
        removedGroups = old.groups.keys.filter { new.groups[$0] == nil }.sorted()
        removedRoutes = old.routes.keys.filter { new.routes[$0] == nil }.sorted()
    }

    package var isEmpty: Bool {
        changedGroups.isEmpty && changedRoutes.isEmpty && removedGroups.isEmpty && removedRoutes.isEmpty
    }
}
