/// What a check of the ledger's chain found.
package struct LedgerVerification: Hashable, Sendable {
    /// An entry that isn't as it was written, or isn't there.
    package struct Fault: Hashable, Sendable, Encodable {
        /// The id of the entry; of several that are missing the first.
        package let entry: Int64
        /// A sentence for a person.
        package let problem: String

        package init(entry: Int64, problem: String) {
            self.entry = entry
            self.problem = problem
        }
    }

    /// Nothing is wrong.
    package var ok: Bool { faults.isEmpty }
    /// How many chained entries were looked at.
    package let checked: Int
    /// The first and the last of them; nil when there is none.
    package let first: Int64?
    package let last: Int64?
    /// The hash of the newest entry, 64 hexadecimal digits. Kept elsewhere, it proves later that nothing up to it was
    /// rewritten.
    package let head: String
    /// Entries that are older than the chain, and so can't be checked.
    package let unchained: Int
    /// By id; at most 100.
    package let faults: [Fault]

    package init(checked: Int, first: Int64?, last: Int64?, head: String, unchained: Int, faults: [Fault]) {
        self.checked = checked
        self.first = first
        self.last = last
        self.head = head
        self.unchained = unchained
        self.faults = faults
    }
}

extension LedgerVerification: Encodable {
    enum CodingKeys: String, CodingKey { case ok, checked, first, last, head, unchained, faults }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(ok, forKey: .ok)
        try container.encode(checked, forKey: .checked)
        try container.encodeIfPresent(first, forKey: .first)
        try container.encodeIfPresent(last, forKey: .last)
        try container.encode(head, forKey: .head)
        try container.encode(unchained, forKey: .unchained)
        try container.encode(faults, forKey: .faults)
    }
}
