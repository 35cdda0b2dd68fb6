/// One group's share of a route.
package struct SplitEntry: Hashable, Sendable {
    package var group: String
    package var weight: Percent

    package init(group: String, weight: Percent) {
        self.group = group
        self.weight = weight
    }
}

extension SplitEntry: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case group, weight }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        group = try fields.required(.group, or: "-")
        weight = try fields.required(.weight, or: .zero)
    }
}
