internal import HashTreeCollections
internal import RoutingModel

/// A rule in force as it is stored, its document not read yet.
struct RuleRow: Sendable {
    /// The word for it in messages.
    let kind: String
    let name: String
    let document: String
    let revision: Int
    let updatedAt: Timestamp

    /// The rules of `rows` by name; their documents are read on all cores.
    /// - Throws: `StoreError` (`unreadable_row`), naming the rule.
    static func rules<Value: Decodable>(
        _ rows: [RuleRow], as type: Value.Type
    ) throws -> TreeDictionary<String, StoredRule<Value>> {
        var rules: TreeDictionary<String, StoredRule<Value>> = [:]
        for rule in try Parallel.map(rows, { try $0.rule(type) }) { rules[rule.name] = rule }
        return rules
    }

    private func rule<Value: Decodable>(_ type: Value.Type) throws -> StoredRule<Value> {
        try StoreError.reading("The stored \(kind) '\(name)'") {
            StoredRule(
                name: name, value: try CanonicalJSON.decode(type, from: document), document: document,
                revision: revision, updatedAt: updatedAt)
        }
    }
}
