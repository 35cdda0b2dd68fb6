/// One thing that happened, before it has its place in the ledger.
package struct LedgerEntry: Hashable, Sendable {
    package var at: Timestamp
    package var kind: LedgerKind
    /// Who: `token:NAME`, `consul`, `worker:ID` or `signalbox`.
    package var actor: String
    /// `NAME`, or `NAME@DATACENTER` when a group names a datacenter.
    package var service: String?
    package var peer: PeerID?
    /// The groups that it concerns, sorted.
    package var groups: [String]
    package var route: String?
    package var worker: String?
    package var before: JSONValue?
    package var after: JSONValue?
    /// Why, in the words of whoever did it.
    package var reason: String?
    /// What made it happen, in Signalbox's words.
    package var cause: String?
    package var consulIndex: UInt64?
    /// The revision of the rules that it made, or that was in force.
    package var revision: Int
    /// The first snapshot that has it.
    package var index: Int

    package init(
        at: Timestamp, kind: LedgerKind, actor: String, service: String? = nil, peer: PeerID? = nil,
        groups: [String] = [], route: String? = nil, worker: String? = nil, before: JSONValue? = nil,
        after: JSONValue? = nil, reason: String? = nil, cause: String? = nil, consulIndex: UInt64? = nil,
        revision: Int = 0, index: Int = 0
    ) {
        self.at = at
        self.kind = kind
        self.actor = actor
        self.service = service
        self.peer = peer
        self.groups = groups.sorted()
        self.route = route
        self.worker = worker
        self.before = before
        self.after = after
        self.reason = reason
        self.cause = cause
        self.consulIndex = consulIndex
        self.revision = revision
        self.index = index
    }
}
