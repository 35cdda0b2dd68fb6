package import RoutingModel

/// One thing that became different about an instance.
package struct InstanceChange: Hashable, Sendable {
    package let kind: LedgerKind
    /// Nil when it joined.
    package let before: Instance?
    /// Nil when it left.
    package let after: Instance?

    package init(kind: LedgerKind, before: Instance?, after: Instance?) {
        self.kind = kind
        self.before = before
        self.after = after
    }

    package var id: PeerID? { after?.id ?? before?.id }

    /// Everything that differs between two states of one service, ordered by instance; one entry for each aspect.
    package static func between(_ old: [PeerID: Instance], _ new: [PeerID: Instance]) -> [InstanceChange] {
        var changes: [InstanceChange] = []
        for (id, before) in old where new[id] == nil {
            changes.append(InstanceChange(kind: .peerLeft, before: before, after: nil))
        }
        for (id, after) in new {
            guard let before = old[id] else {
                changes.append(InstanceChange(kind: .peerJoined, before: nil, after: after))
                continue
            }
            guard before != after else { continue }
            func note(_ kind: LedgerKind, _ differs: Bool) {
                if differs { changes.append(InstanceChange(kind: kind, before: before, after: after)) }
            }
            note(.peerHealth, before.health != after.health)
            note(.peerTags, before.tags != after.tags)
            note(.peerMeta, before.meta != after.meta)
            note(.peerAddress, before.address != after.address || before.port != after.port)
            note(.peerWeight, before.weights != after.weights)
        }
        return changes.sorted {
            ($0.id?.description ?? "", $0.kind.rawValue) < ($1.id?.description ?? "", $1.kind.rawValue)
        }
    }

    /// What of `instance` a ledger entry of this kind shows.
    package func facts(of instance: Instance?) -> JSONValue? {
        guard let instance else { return nil }
        let address: JSONValue = .string(instance.address)
        let port: JSONValue = .integer(Int64(instance.port))
        let tags: JSONValue = .array(instance.tags.map { .string($0) })
        let meta: JSONValue = .object(instance.meta.mapValues { .string($0) })
        let weights: JSONValue = [
            "passing": .integer(Int64(instance.weights.passing)), "warning": .integer(Int64(instance.weights.warning)),
        ]
        switch kind {
        case .peerHealth: return ["health": .string(instance.health.rawValue)]
        case .peerTags: return ["tags": tags]
        case .peerMeta: return ["meta": meta]
        case .peerAddress: return ["address": address, "port": port]
        case .peerWeight: return ["weights": weights]
        default:
            return [
                "address": address, "port": port, "health": .string(instance.health.rawValue), "tags": tags,
                "meta": meta, "weights": weights,
            ]
        }
    }
}
