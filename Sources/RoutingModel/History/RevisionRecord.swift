/// One committed change of the rules, as history keeps it.
package struct RevisionRecord: Hashable, Sendable {
    package let number: Int
    package let at: Timestamp
    /// `token:NAME` or `signalbox`.
    package let author: String
    /// Why, in the author's words.
    package let message: String?
    /// Ordered by kind and name.
    package let changes: [RevisionChange]

    package init(number: Int, at: Timestamp, author: String, message: String?, changes: [RevisionChange]) {
        self.number = number
        self.at = at
        self.author = author
        self.message = message
        self.changes = changes
    }
}
