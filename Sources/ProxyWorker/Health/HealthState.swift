internal import HashTreeCollections
internal import NIOCore
internal import RoutingModel

/// What a worker knows of the health of all peers of its snapshot. Pure: the time is passed in. Costs nothing for
/// groups that are well and aren't checked.
struct HealthState {
    private(set) var snapshot = Snapshot.empty
    /// Of those groups of which something is known.
    private var groups: [String: GroupHealth] = [:]
    private let probeTime: TimeAmount
    private var news: [HealthNews] = []

    /// Peers that are well in one report, at most.
    static let healthyReported = 1_000

    /// - Parameter probeTime: for how long others wait for the outcome when a peer is tried again.
    init(probeTime: TimeAmount) { self.probeTime = probeTime }

    /// Applies an event to a peer that its group has now; events of others come too late.
    mutating func update(
        _ group: String, _ peer: PeerID, _ event: (inout GroupHealth) -> [HealthChange]
    ) -> [HealthChange] {
        guard
            var known = groups.removeValue(forKey: group)
                ?? snapshot.groups[group].map({ GroupHealth(name: group, $0, probeTime: probeTime) })
        else { return [] }
        defer {
            news += known.news
            known.news = []
            if !known.isEmpty { groups[group] = known }
        }
        return known.hasPeer(peer) ? event(&known) : []
    }

    /// Takes in a snapshot that is in force.
    /// - Returns: who of the groups that may have changed is out.
    mutating func follow(_ update: SnapshotUpdate, at now: NIODeadline) -> [HealthChange] {
        snapshot = update.snapshot
        var changes: [HealthChange] = []
        for name in groups.keys where update.changes?.groups.contains(name) ?? true {
            changes += groups[name]?.follow(snapshot.groups[name], at: now) ?? []
            if groups[name]?.isEmpty == true { groups[name] = nil }
        }
        return changes
    }

    /// Ends what is over.
    mutating func advance(at now: NIODeadline) -> [HealthChange] {
        var changes: [HealthChange] = []
        for name in groups.keys {
            changes += groups[name]?.advance(at: now) ?? []
            news += groups[name]?.news ?? []
            groups[name]?.news = []
            if groups[name]?.isEmpty == true { groups[name] = nil }
        }
        return changes
    }

    /// Who went out or came back since the last call, in order.
    mutating func takeNews() -> [HealthNews] {
        defer { news = [] }
        return news
    }

    /// Everybody who isn't simply in.
    var standing: [HealthChange] { groups.values.flatMap(\.standing) }

    /// Nil when there is nothing to say of the peer.
    func verdict(group: String, peer: PeerID) -> PeerVerdict? { groups[group]?.verdict(of: peer) }

    /// First everybody that is out, who has been for longest first: the control plane takes those that it isn't told of
    /// for well. Then the others of whom there is something to say, the newest first; of them only `healthyReported`.
    func verdicts() -> [(group: String, peer: PeerID, verdict: PeerVerdict)] {
        var all: [(group: String, peer: PeerID, verdict: PeerVerdict)] = []
        for (name, group) in groups {
            for peer in group.notable {
                if let verdict = group.verdict(of: peer) { all.append((name, peer, verdict)) }
            }
        }
        all.sort { left, right in
            let (leftOut, rightOut) = (left.verdict.isOut, right.verdict.isOut)
            if leftOut != rightOut { return leftOut }
            let (leftSince, rightSince) = (left.verdict.since, right.verdict.since)
            if leftSince != rightSince { return leftOut ? leftSince < rightSince : leftSince > rightSince }
            return (left.group, left.peer) < (right.group, right.peer)
        }
        let out = all.firstIndex { !$0.verdict.isOut } ?? all.count
        return Array(all.prefix(min(out + Self.healthyReported, WorkerReport.Limit.peers)))
    }
}
