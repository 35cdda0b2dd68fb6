/// Some entries, newest first.
package struct LedgerPage: Hashable, Sendable {
    package let records: [LedgerRecord]
    /// Whether older entries match too.
    package let hasMore: Bool

    package init(records: [LedgerRecord], hasMore: Bool) {
        self.records = records
        self.hasMore = hasMore
    }
}
