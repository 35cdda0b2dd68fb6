/// A route as a worker sees it: nothing left to default.
package struct SnapshotRoute: Hashable, Sendable, Codable {
    package let name: String
    package let match: RouteMatch
    package let priority: Int
    package let force: [ForceRule]
    package let split: [SnapshotSplit]
    /// With its salt.
    package let sticky: Stickiness?
    package let onEmpty: OnEmpty

    package init(
        name: String, match: RouteMatch, priority: Int, force: [ForceRule], split: [SnapshotSplit],
        sticky: Stickiness?, onEmpty: OnEmpty
    ) {
        self.name = name
        self.match = match
        self.priority = priority
        self.force = force
        self.split = split
        self.sticky = sticky
        self.onEmpty = onEmpty
    }

    enum CodingKeys: String, CodingKey {
        case name, match, priority, force, split, sticky, onEmpty = "on_empty"
    }
}
