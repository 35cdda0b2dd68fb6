/// Which entries of the ledger to show, newest first. Filters combine: all of them must hold.
package struct LedgerQuery: Hashable, Sendable {
    /// Kinds to show, e.g. `peer.joined`; empty is all. A `peer.*` has been spelled out by whoever made the query.
    package var kinds: Set<LedgerKind>
    package var service: String?
    package var peer: PeerID?
    package var group: String?
    package var route: String?
    package var worker: String?
    package var actor: String?
    /// From this moment on.
    package var since: Timestamp?
    /// Before this moment.
    package var until: Timestamp?
    /// Only entries with an id below this one: where the page before ended.
    package var before: Int64?
    /// 1 … 1,000.
    package var limit: Int

    package init(
        kinds: Set<LedgerKind> = [], service: String? = nil, peer: PeerID? = nil, group: String? = nil,
        route: String? = nil, worker: String? = nil, actor: String? = nil, since: Timestamp? = nil,
        until: Timestamp? = nil, before: Int64? = nil, limit: Int = 100
    ) {
        self.kinds = kinds
        self.service = service
        self.peer = peer
        self.group = group
        self.route = route
        self.worker = worker
        self.actor = actor
        self.since = since
        self.until = until
        self.before = before
        self.limit = limit
    }
}
