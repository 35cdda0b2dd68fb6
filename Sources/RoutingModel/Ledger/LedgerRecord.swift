/// An entry in its place in the ledger. In JSON one flat object; members that don't apply are left out.
package struct LedgerRecord: Hashable, Sendable {
    /// Grows with every entry.
    package let id: Int64
    package let entry: LedgerEntry

    package init(id: Int64, entry: LedgerEntry) {
        self.id = id
        self.entry = entry
    }
}

extension LedgerRecord: Encodable {
    enum CodingKeys: String, CodingKey {
        case id, at, kind, actor, service, peer, groups, route, worker, before, after, reason, cause
        case consulIndex = "consul_index", revision, index
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(entry.at, forKey: .at)
        try container.encode(entry.kind, forKey: .kind)
        try container.encode(entry.actor, forKey: .actor)
        try container.encodeIfPresent(entry.service, forKey: .service)
        try container.encodeIfPresent(entry.peer, forKey: .peer)
        try container.encode(entry.groups, forKey: .groups)
        try container.encodeIfPresent(entry.route, forKey: .route)
        try container.encodeIfPresent(entry.worker, forKey: .worker)
        try container.encodeIfPresent(entry.before, forKey: .before)
        try container.encodeIfPresent(entry.after, forKey: .after)
        try container.encodeIfPresent(entry.reason, forKey: .reason)
        try container.encodeIfPresent(entry.cause, forKey: .cause)
        try container.encodeIfPresent(entry.consulIndex, forKey: .consulIndex)
        try container.encode(entry.revision, forKey: .revision)
        try container.encode(entry.index, forKey: .index)
    }
}
