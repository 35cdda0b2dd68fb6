internal import RoutingModel

extension ControlPlane {
    /// What the ledger says of the changes that a command makes: first of the command as a whole, when it is one that
    /// changes many objects.
    func entries(
        for changes: [RuleChange], _ pending: PendingCommand, at: Timestamp, _ revision: Int, _ index: Int
    ) throws -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        let count: JSONValue = .integer(Int64(changes.count))
        func add(_ kind: LedgerKind, _ facts: JSONValue) {
            entries.append(
                LedgerEntry(
                    at: at, kind: kind, actor: pending.author.name, after: facts, reason: pending.reason,
                    revision: revision, index: index))
        }
        switch pending.command {
        case .replaceConfig: add(.configApplied, ["changes": count, "mode": "replace"])
        case .mergeConfig: add(.configApplied, ["changes": count, "mode": "merge"])
        case .rollback(let target, _): add(.configRolledBack, ["changes": count, "to": .integer(Int64(target))])
        default: break
        }
        return entries + (try changes.map { try entry(for: $0, pending, at: at, revision, index) })
    }

    private func entry(
        for change: RuleChange, _ pending: PendingCommand, at: Timestamp, _ revision: Int, _ index: Int
    ) throws -> LedgerEntry {
        var entry = LedgerEntry(
            at: at, kind: change.kind, actor: pending.author.name,
            before: try change.before.map { try CanonicalJSON.decode(JSONValue.self, from: $0) },
            after: try change.after.map { try CanonicalJSON.decode(JSONValue.self, from: $0) },
            reason: pending.reason, revision: revision, index: index)
        switch change {
        case .group(let name, _, _): entry.groups = [name]
        case .route(let name, let before, let after):
            entry.route = name
            entry.groups = (before?.value.groups ?? []).union(after?.value.groups ?? []).sorted()
        case .override(let name, let before, let after):
            let peer = PeerID(name)
            entry.peer = peer
            entry.groups = groups(having: peer)
            entry.service = catalog.service(of: peer)?.description
            entry.reason = entry.reason ?? after?.value.reason
            if case .expireOverrides = pending.command {
                entry.kind = .peerOverrideExpired
                entry.reason = before?.value.reason
                entry.cause = before?.value.expiresAt.map { "It was to end at \($0)." }
            }
        }
        return entry
    }
}
