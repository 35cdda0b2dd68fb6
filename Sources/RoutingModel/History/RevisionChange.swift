/// One object before and after a change of the rules.
package struct RevisionChange: Hashable, Sendable, Encodable {
    /// `group`, `route` or `override`.
    package let kind: String
    /// A rule's name, or a peer's id.
    package let name: String
    package let action: RuleAction
    /// Nil when it was created, or not asked for.
    package let before: JSONValue?
    /// Nil when it was deleted, or not asked for.
    package let after: JSONValue?

    package init(kind: String, name: String, action: RuleAction, before: JSONValue? = nil, after: JSONValue? = nil) {
        self.kind = kind
        self.name = name
        self.action = action
        self.before = before
        self.after = after
    }
}

extension RevisionChange {
    /// - Parameter isWhole: whether the documents are taken along.
    package init(_ change: RuleChange, isWhole: Bool = true) throws {
        self.init(
            kind: change.what, name: change.name, action: change.action,
            before: isWhole ? try change.before.map { try CanonicalJSON.decode(JSONValue.self, from: $0) } : nil,
            after: isWhole ? try change.after.map { try CanonicalJSON.decode(JSONValue.self, from: $0) } : nil)
    }
}
