/// A share of a route's requests that is sent to another group too; nobody waits for the answers.
package struct Mirror: Hashable, Sendable, Codable {
    package var group: String
    package var percent: Percent

    package init(group: String, percent: Percent = .whole) {
        self.group = group
        self.percent = percent
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case group, percent }
}

extension Mirror {
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        group = try fields.required(.group, or: "-")
        percent = try fields.optional(.percent, default: .whole)
    }
}
