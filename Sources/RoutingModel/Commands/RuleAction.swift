/// What becomes of a rule.
package enum RuleAction: String, Hashable, Sendable, Codable, CaseIterable {
    case created, updated, deleted
    /// Only what it is made of changes, not the rule itself.
    case unchanged
}
