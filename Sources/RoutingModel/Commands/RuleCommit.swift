/// One revision, to be stored whole or not at all.
package struct RuleCommit: Sendable {
    package let revision: Int
    package let at: Timestamp
    /// `token:NAME`.
    package let author: String
    /// Why, in the author's words.
    package let message: String?
    package let changes: [RuleChange]
    package let entries: [LedgerEntry]

    package init(
        revision: Int, at: Timestamp, author: String, message: String? = nil, changes: [RuleChange],
        entries: [LedgerEntry]
    ) {
        self.revision = revision
        self.at = at
        self.author = author
        self.message = message
        self.changes = changes
        self.entries = entries
    }
}
