/// Some entries, newest first. A page may be shorter than was asked for, even empty, and still not be the last: a
/// search for something rare ends after a bounded amount of work and goes on at `next`.
package struct LedgerPage: Hashable, Sendable {
    package let records: [LedgerRecord]
    /// The `before` of the page that follows: all entries from this id on have been looked at. Nil: no older entry
    /// matches.
    package let next: Int64?

    /// Whether older entries match too, or may match.
    package var hasMore: Bool { next != nil }

    /// A page; `next` when there may be more.
    package init(records: [LedgerRecord], next: Int64?) {
        self.records = records
        self.next = next
    }

    /// A page that ends with its last record.
    package init(records: [LedgerRecord], hasMore: Bool) {
        self.init(records: records, next: hasMore ? records.last?.id : nil)
    }
}
