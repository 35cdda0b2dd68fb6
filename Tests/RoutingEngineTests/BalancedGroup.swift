import HashTreeCollections
import RoutingEngine
import RoutingModel

/// A group in a table of its own, changed as snapshots change it.
final class BalancedGroup {
    let table = RouteTable()
    private var compiler = TableCompiler()
    private(set) var left: [String] = []
    /// Nanoseconds.
    var now: UInt64 = 1_000_000_000
    let policy: Balance.Policy
    let slowStart: RuleDuration?

    init(
        _ policy: Balance.Policy, _ weights: [String: Int], backups: Set<String> = [], slowStart: RuleDuration? = nil
    ) throws {
        self.policy = policy
        self.slowStart = slowStart
        try change(weights, backups: backups)
    }

    /// - Parameter weights: by the peers' names, whose order is theirs.
    func change(_ weights: [String: Int], backups: Set<String> = [], port: Int = 80) throws {
        let group = SnapshotGroup(
            policy: policy,
            peers: weights.sorted { $0.key < $1.key }.map { name, weight in
                SnapshotPeer(
                    id: PeerID("n~\(name)"), address: name, port: port, weight: weight,
                    isBackup: backups.contains(name))
            },
            hashOn: policy == .consistentHash ? Stickiness(.header("x-user")) : nil,
            settings: GroupSettings(slowStart: slowStart))
        let snapshot = Make.snapshot(groups: ["g": group], routes: [])
        table.apply(try compiler.compile(SnapshotUpdate(snapshot)).prepared()) { left.append($0.address.host) }
    }

    var group: PeerGroup? { table.group(named: "g") }

    func peer(_ name: String) -> Peer? { group?.peers.first { $0.address.host == name } }

    /// The name of the peer that gets a request.
    func pick(key: String? = nil, excluding tried: [String] = []) -> String? {
        let request = RequestFacts(authority: "h", headers: key.map { [("x-user", $0)] } ?? [])
        let tried = tried.compactMap { peer($0) }
        return request.withView { group?.pick(for: $0, excluding: tried, at: now)?.address.host }
    }

    /// How often each peer gets one of `count` requests.
    func counts(_ count: Int) -> [String: Int] {
        let request = RequestFacts(authority: "h")
        var counts: [String: Int] = [:]
        request.withView { view in
            for _ in 0..<count {
                if let name = group?.pick(for: view, at: now)?.address.host { counts[name, default: 0] += 1 }
            }
        }
        return counts
    }

    /// `count` peers that weigh the same.
    static func peers(_ count: Int, weight: Int = 1) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: (0..<count).map { ("p\($0 + 1_000)", weight) })
    }
}
