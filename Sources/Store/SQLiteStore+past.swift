internal import GRDB
internal import HashTreeCollections
package import RoutingModel

extension SQLiteStore {
    /// What was known of all services at `time`: the catalog as stored, with the ledger's peer entries since undone.
    ///
    /// The instances are as they were. Nothing tells how far they could be believed: a service that had some is stale
    /// since `time`, every other one pending, and none has skipped or dampened instances. A service that is watched no
    /// more is there if it had instances; one that was first watched later is there without any if it still is watched.
    /// - Throws: `Problem` (`gone`) when entries since `time` have been deleted from the ledger. `StoreError`;
    ///   `unreadable_row` names the entry.
    package func catalog(at time: Timestamp) async throws -> Catalog {
        try await read { db in
            // One reading transaction: entries are written with the rows that they tell of, so the two agree.
            let histories = try PeerHistory.all(after: LedgerCut.id(at: time, db), db)
            var catalog = try CatalogRows.all(db)
            for history in histories { history.undo(in: &catalog) }
            for key in catalog.services.keys {
                guard let instances = catalog.services[key]?.instances else { continue }
                let watch =
                    instances.isEmpty
                    ? WatchStatus()
                    : WatchStatus(state: .stale, staleSince: time, lastError: "what was known at \(time)")
                catalog.services[key] = CatalogService(key: key, watch: watch, instances: instances)
            }
            return catalog
        }
    }
}
