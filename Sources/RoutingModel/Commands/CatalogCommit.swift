/// What became known of services, with the ledger entries that tell it: stored whole or not at all.
package struct CatalogCommit: Sendable {
    /// Services whose index, times or skipped instances changed (their instances are in the next two).
    package var services: [CatalogService]
    /// Services that are watched no more.
    package var forgotten: [ServiceKey]
    package var changed: [ServiceKey: [Instance]]
    package var removed: [ServiceKey: [PeerID]]
    package var entries: [LedgerEntry]

    package init(
        services: [CatalogService] = [], forgotten: [ServiceKey] = [], changed: [ServiceKey: [Instance]] = [:],
        removed: [ServiceKey: [PeerID]] = [:], entries: [LedgerEntry] = []
    ) {
        self.services = services
        self.forgotten = forgotten
        self.changed = changed
        self.removed = removed
        self.entries = entries
    }
}
