/// A rule: which requests, and how they are split over groups.
package struct Route: Hashable, Sendable {
    package var match: RouteMatch
    /// Higher goes first among routes whose host matches equally well.
    package var priority: Int
    /// In order; the first that holds decides.
    package var force: [ForceRule]
    /// In order: buckets are dealt from the first entry on.
    package var split: [SplitEntry]
    package var sticky: Stickiness?
    package var onEmpty: OnEmpty
    package var description: String
    package var settings: RouteSettings

    package init(
        match: RouteMatch = RouteMatch(), priority: Int = 0, force: [ForceRule] = [], split: [SplitEntry],
        sticky: Stickiness? = nil, onEmpty: OnEmpty = .redistribute, description: String = "",
        settings: RouteSettings = RouteSettings()
    ) {
        self.match = match
        self.priority = priority
        self.force = force
        self.split = split
        self.sticky = sticky
        self.onEmpty = onEmpty
        self.description = description
        self.settings = settings
    }

    /// Every group that this route names, be it for copies of requests only.
    package var groups: Set<String> {
        Set(split.map(\.group)).union(force.map(\.group)).union(settings.mirror.map { [$0.group] } ?? [])
    }

    /// Whether requests may be answered by `group`: it is in the split, or a force rule names it.
    package func sends(to group: String) -> Bool {
        split.contains { $0.group == group } || force.contains { $0.group == group }
    }
}

extension Route: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case match, priority, force, split, sticky, onEmpty = "on_empty", description
    }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(
            decoder, as: CodingKeys.self,
            alsoKnown: RuleDocument.addedFields.union(RouteSettings.CodingKeys.allCases.map(\.stringValue)))
        match = try fields.optional(.match, default: RouteMatch())
        priority = try fields.optional(.priority, default: 0)
        force = try fields.optional(.force, default: [])
        split = try fields.required(.split, or: [])
        sticky = try fields.optional(.sticky)
        let text = try fields.optional(.onEmpty, default: OnEmpty.redistribute.rawValue)
        onEmpty = OnEmpty(rawValue: text) ?? .redistribute
        description = try fields.optional(.description, default: "")
        settings = try RouteSettings(from: decoder)
        if OnEmpty(rawValue: text) == nil {
            try fields.fail(.onEmpty, "invalid_value", "must be 'redistribute' or 'fail', not '\(text)'")
        }
    }

    // Settings lie flat beside the other members.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(match, forKey: .match)
        try container.encode(priority, forKey: .priority)
        try container.encode(force, forKey: .force)
        try container.encode(split, forKey: .split)
        try container.encodeIfPresent(sticky, forKey: .sticky)
        try container.encode(onEmpty, forKey: .onEmpty)
        try container.encode(description, forKey: .description)
        try settings.encode(to: encoder)
    }
}
