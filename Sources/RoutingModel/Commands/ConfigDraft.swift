package import Foundation

/// A document of many rules, as `PUT` and `PATCH /v1/config` take it: read and validated as far as that goes without the
/// rules in force.
package struct ConfigDraft: Sendable {
    /// By name; a nil deletes.
    package var groups: [String: RuleDraft<Group>?] = [:]
    package var routes: [String: RuleDraft<Route>?] = [:]
    /// By peer id.
    package var overrides: [String: RuleDraft<OverrideDocument>?] = [:]
    /// Whether the document speaks of overrides at all. Rules that are kept in files seldom do: what an operator says
    /// of a peer in the night must not be undone by them.
    package var hasOverrides = false
    /// Why, as the document says.
    package var message: String?
    /// What is wrong with the document itself.
    package var problems: [FieldProblem] = []

    private static let sections: Set<String> = ["groups", "routes", "overrides", "message"]

    /// - Parameters:
    ///   - data: JSON.
    ///   - mayDelete: whether a `null` in place of a rule deletes it; else it is an error.
    /// - Throws: `Problem` (`malformed_json`).
    package init(_ data: Data, mayDelete: Bool) throws {
        let list = ProblemList()
        let tree = try StrictDecoding.decode(JSONValue.self, from: data, problems: list)
        if list.isEmpty, tree == nil { list.add(.root, "invalid_value", "has a number that is too large") }
        try self.init(tree, problems: list.problems, mayDelete: mayDelete)
    }

    /// - Parameters:
    ///   - tree: the document; nil when it could not be read, which `problems` tell.
    ///   - problems: what is known to be wrong with it, such as members that were there twice.
    package init(_ tree: JSONValue?, problems known: [FieldProblem] = [], mayDelete: Bool) throws {
        problems = known
        guard let tree else { return }
        let list = ProblemList()
        defer { problems += list.problems }
        guard case .object(let members) = tree else {
            list.add(.root, "wrong_type", "must be an object with 'groups', 'routes' and 'overrides'")
            return
        }
        for name in members.keys.sorted() where !Self.sections.contains(name) {
            list.add(.root[name], "unknown_field", "is not a field that Signalbox knows")
        }
        switch members["message"] {
        case nil, .null: break
        case .string(let text) where text.utf8.count <= 1_024: message = text.isEmpty ? nil : text
        case .string: list.add(.root["message"], "invalid_value", "is longer than 1024 bytes")
        default: list.add(.root["message"], "wrong_type", "must be a string")
        }
        groups = try Self.section("groups", members, mayDelete, list, isName: RuleName.isValid, RuleName.rule) {
            try RuleDraft<Group>.group($1, name: $0)
        }
        routes = try Self.section("routes", members, mayDelete, list, isName: RuleName.isValid, RuleName.rule) {
            try RuleDraft<Route>.route($1, name: $0)
        }
        hasOverrides = members["overrides"] != nil
        overrides = try Self.section(
            "overrides", members, mayDelete, list, isName: { PeerID($0).isWellFormed }, PeerID.rule
        ) {
            try RuleDraft<OverrideDocument>.override($1, peer: $0)
        }
    }

    private static func section<Value>(
        _ section: String, _ members: [String: JSONValue], _ mayDelete: Bool, _ problems: ProblemList,
        isName: (String) -> Bool, _ nameRule: String, _ read: (String, Data) throws -> RuleDraft<Value>
    ) throws -> [String: RuleDraft<Value>?] {
        guard let value = members[section], value != .null else { return [:] }
        guard case .object(let rules) = value else {
            problems.add(.root[section], "wrong_type", "must be an object of rules by name")
            return [:]
        }
        var drafts: [String: RuleDraft<Value>?] = [:]
        drafts.reserveCapacity(rules.count)
        for (name, rule) in rules.sorted(by: { $0.key < $1.key }) {
            let pointer = JSONPointer.root[section][name]
            guard isName(name) else {
                problems.add(pointer, "invalid_value", "has a name that \(nameRule)")
                continue
            }
            if rule == .null {
                if mayDelete {
                    drafts[name] = .some(nil)
                } else {
                    problems.add(pointer, "wrong_type", "must be an object, not null")
                }
                continue
            }
            drafts[name] = try read(name, CanonicalJSON.data(rule)).placed(below: pointer)
        }
        return drafts
    }
}
