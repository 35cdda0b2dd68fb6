/// Changes of a message's header: first what is removed, then what is set, then what is added.
package struct HeaderChanges: Hashable, Sendable, Codable {
    /// In place of all fields of the name. By name, in any case; each name once.
    package var set: [String: String]
    /// Beside those that there are.
    package var add: [String: String]
    package var remove: [String]

    package init(set: [String: String] = [:], add: [String: String] = [:], remove: [String] = []) {
        self.set = set
        self.add = add
        self.remove = remove
    }

    package var isEmpty: Bool { self.set.isEmpty && add.isEmpty && remove.isEmpty }

    enum CodingKeys: String, CodingKey, CaseIterable { case set, add, remove }
}

extension HeaderChanges {
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        self.set = try fields.optional(.set, default: [:])
        add = try fields.optional(.add, default: [:])
        remove = try fields.optional(.remove, default: [])
    }

    // What there is nothing of is left out.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if !self.set.isEmpty { try container.encode(self.set, forKey: .set) }
        if !add.isEmpty { try container.encode(add, forKey: .add) }
        if !remove.isEmpty { try container.encode(remove, forKey: .remove) }
    }
}
