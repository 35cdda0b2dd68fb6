/// Sends a request to one group, before and instead of the split, when a header or a cookie says so.
package struct ForceRule: Hashable, Sendable {
    package enum Condition: Hashable, Sendable {
        case header(ValueMatch)
        case cookie(ValueMatch)
    }

    package var condition: Condition
    package var group: String

    package init(_ condition: Condition, group: String) {
        self.condition = condition
        self.group = group
    }
}

extension ForceRule: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case header, cookie, group }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        let placeholder = ValueMatch(name: "-", .exact(""))
        switch try fields.exactlyOne(of: [.header, .cookie]) {
        case .cookie: condition = .cookie(try fields.required(.cookie, or: placeholder))
        case .header: condition = .header(try fields.required(.header, or: placeholder))
        default: condition = .header(placeholder)
        }
        group = try fields.required(.group, or: "-")
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch condition {
        case .header(let match): try container.encode(match, forKey: .header)
        case .cookie(let match): try container.encode(match, forKey: .cookie)
        }
        try container.encode(group, forKey: .group)
    }
}
