import Foundation
import RoutingModel

/// What the tests store.
enum Samples {
    static func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + milliseconds) }

    /// Plans `command` on `rules` as the control plane does, and takes it into them.
    static func commit(
        _ command: RuleCommand, to rules: inout RuleSet, at: Timestamp = time(0), entries: [LedgerEntry] = []
    ) throws -> RuleCommit {
        let changes = try rules.plan(command, at: at)
        let commit = RuleCommit(
            revision: rules.revision + 1, at: at, author: "token:admin", changes: changes, entries: entries)
        rules.apply(changes, revision: commit.revision)
        return commit
    }

    static func group(_ name: String, port: Int = 3000) -> RuleCommand {
        .putGroup(name, Data(#"{"peers":[{"address":"127.0.0.1","port":\#(port)}],"description":"é / \"ü\""}"#.utf8))
    }

    static func route(_ name: String, to group: String) -> RuleCommand {
        .putRoute(name, Data(#"{"match":{"hosts":["star.test"]},"split":[{"group":"\#(group)","weight":100}]}"#.utf8))
    }

    static func instance(_ id: String, of service: String = "star", tags: [String] = []) -> Instance {
        Instance(
            node: "n1", serviceID: id, service: service, address: "10.0.0.1", port: 8080, tags: tags,
            meta: ["version": "1"], weights: InstanceWeights(passing: 10, warning: 1), health: .warning)
    }

    static func entry(
        _ kind: LedgerKind = .peerJoined, at: Int64 = 0, actor: String = "consul", service: String? = nil,
        peer: String? = nil, groups: [String] = [], route: String? = nil, worker: String? = nil, reason: String? = nil
    ) -> LedgerEntry {
        LedgerEntry(
            at: time(at), kind: kind, actor: actor, service: service, peer: peer.map { PeerID($0) }, groups: groups,
            route: route, worker: worker, reason: reason)
    }

    /// An entry with every field set.
    static let fullEntry = LedgerEntry(
        at: time(7), kind: .peerHealth, actor: "consul", service: "star", peer: PeerID("n1~s/1"),
        groups: ["b", "a"], route: "main", worker: "edge-1", before: ["health": "passing", "list": [1, true, nil]],
        after: .null, reason: "it's \"ill\"", cause: "consul answered", consulIndex: .max, revision: 3, index: 9)
}
