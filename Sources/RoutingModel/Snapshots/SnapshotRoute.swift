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
    package let settings: RouteSettings

    package init(
        name: String, match: RouteMatch, priority: Int, force: [ForceRule], split: [SnapshotSplit],
        sticky: Stickiness?, onEmpty: OnEmpty, settings: RouteSettings = RouteSettings()
    ) {
        self.name = name
        self.match = match
        self.priority = priority
        self.force = force
        self.split = split
        self.sticky = sticky
        self.onEmpty = onEmpty
        self.settings = settings
    }

    enum CodingKeys: String, CodingKey {
        case name, match, priority, force, split, sticky, onEmpty = "on_empty"
    }

    // Settings lie flat beside the other members.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        match = try container.decode(RouteMatch.self, forKey: .match)
        priority = try container.decode(Int.self, forKey: .priority)
        force = try container.decode([ForceRule].self, forKey: .force)
        split = try container.decode([SnapshotSplit].self, forKey: .split)
        sticky = try container.decodeIfPresent(Stickiness.self, forKey: .sticky)
        onEmpty = try container.decode(OnEmpty.self, forKey: .onEmpty)
        settings = try RouteSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(match, forKey: .match)
        try container.encode(priority, forKey: .priority)
        try container.encode(force, forKey: .force)
        try container.encode(split, forKey: .split)
        try container.encodeIfPresent(sticky, forKey: .sticky)
        try container.encode(onEmpty, forKey: .onEmpty)
        try settings.encode(to: encoder)
    }
}
