package import HashTreeCollections

/// Rules and catalog, resolved: what a worker needs to route, and nothing else. Immutable.
///
/// The maps share what they have in common with those of the snapshot before, so that the next one costs what differs.
///
/// This is the worker protocol's document: `docs/worker-protocol.md`.
package struct Snapshot: Hashable, Sendable, Codable {
    /// Numbers the snapshot; never goes back, not even across restarts.
    package let index: Int
    /// The revision of the rules that it is made of.
    package let revision: Int
    /// By name.
    package let groups: TreeDictionary<String, SnapshotGroup>
    /// By name.
    package let routes: TreeDictionary<String, SnapshotRoute>

    package init(
        index: Int, revision: Int, groups: TreeDictionary<String, SnapshotGroup>,
        routes: TreeDictionary<String, SnapshotRoute>
    ) {
        self.index = index
        self.revision = revision
        self.groups = groups
        self.routes = routes
    }

    /// Before anything was published.
    package static let empty = Snapshot(index: 0, revision: 0, groups: [:], routes: [:])
}
