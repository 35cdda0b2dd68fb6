internal import HashTreeCollections
internal import RoutingEngine
package import RoutingModel

/// What a control plane counts, as of one moment.
///
/// Taking it holds the control plane up for next to nothing: groups are shared rather than counted, and everything that
/// is worked out of it is worked out by who asks.
package struct Figures: Sendable {
    /// The newest snapshot's index.
    package let snapshotIndex: Int
    package let rulesRevision: Int
    package let routes: Int
    /// Questions for the next snapshot that are held.
    package let watchers: Int
    /// Watched services by the state of their watch; no entry for none.
    package let services: [WatchStatus.State: Int]
    /// Services of which an answer is held.
    package let heldServices: Int
    /// Peers that are kept out because they came and went too often.
    package let dampenedPeers: Int
    /// Ledger entries that are not written yet.
    package let pendingEntries: Int
    /// By how much a fresh service may be behind; nil without discovery.
    package let stalenessBound: Duration?
    /// In no order.
    package let workers: [(id: String, applied: Int, state: WorkerStatus.State)]
    let resolved: TreeDictionary<String, ResolvedGroup>

    package var groups: Int { resolved.count }

    /// Every group with how many of its peers get requests and how many don't, in no order.
    package func peers() -> [(group: String, usable: Int, unusable: Int)] {
        resolved.values.map { group in
            let usable = group.peers.count(where: \.isUsable)
            return (group.name, usable, group.peers.count - usable)
        }
    }
}
