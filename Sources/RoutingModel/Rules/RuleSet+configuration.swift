internal import HashTreeCollections

extension RuleSet {
    /// All rules as one document, `{"groups": {…}, "routes": {…}, "overrides": {…}}`: canonical JSON, so that equal rules
    /// are equal bytes. What `replaceConfig` takes.
    package var configurationText: String {
        var text = "{\"groups\":{"
        Self.add(groups, to: &text)
        text += "},\"overrides\":{"
        Self.add(overrides, to: &text)
        text += "},\"routes\":{"
        Self.add(routes, to: &text)
        text += "}}"
        return text
    }

    /// The same as a tree.
    package var configuration: JSONValue {
        get throws { try CanonicalJSON.decode(JSONValue.self, from: configurationText) }
    }

    private static func add<Value>(_ rules: TreeDictionary<String, StoredRule<Value>>, to text: inout String) {
        var isFirst = true
        for (name, rule) in rules.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            if !isFirst { text += "," }
            isFirst = false
            // A peer's id may hold what JSON escapes.
            text += "\((try? CanonicalJSON.text(name)) ?? "\"\"" ):\(rule.document)"
        }
    }
}
