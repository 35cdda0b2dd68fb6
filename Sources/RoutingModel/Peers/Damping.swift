/// Why a peer that Consul calls usable is kept out for a while: it came and went too often.
package struct Damping: Hashable, Sendable {
    /// How often it became usable or ceased to be.
    package let changes: Int
    /// When the first of these changes was.
    package let since: Timestamp
    /// When it comes back if it stays calm.
    package let until: Timestamp

    package init(changes: Int, since: Timestamp, until: Timestamp) {
        self.changes = changes
        self.since = since
        self.until = until
    }
}
