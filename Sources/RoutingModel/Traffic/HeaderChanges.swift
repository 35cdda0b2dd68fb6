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
