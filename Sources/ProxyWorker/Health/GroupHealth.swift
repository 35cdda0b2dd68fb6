internal import NIOCore
internal import RoutingModel

/// All that a worker knows of the health of one group's peers. Pure: the time is passed in.
struct GroupHealth {
    /// A peer that isn't the group's now. If it comes back it is what it was.
    private struct Parked {
        var peer: SnapshotPeer
        var passive: PassiveHealthState.Record?
        var active: ActiveHealthState.Record?
        var since: NIODeadline
    }

    let name: String
    private(set) var peers: [SnapshotPeer]
    private var passive: PassiveHealthState
    private var active: ActiveHealthState?
    private var parked: [PeerID: Parked] = [:]
    /// Who was out until lately, since when it has been back, and after how long.
    private var returned: [PeerID: (at: NIODeadline, after: TimeAmount)] = [:]
    /// What the loops have been told.
    private var told: [PeerID: HealthChange] = [:]

    /// Who went out or came back since it was emptied last.
    var news: [HealthNews] = []

    /// For how long a peer that is gone is remembered.
    static let memory = TimeAmount.hours(1)
    /// For how long it is reported that a peer is back: longer than the time between two reports.
    static let mention = TimeAmount.seconds(60)

    /// - Parameter probeTime: see `PassiveHealthState`.
    init(name: String, _ group: SnapshotGroup, probeTime: TimeAmount) {
        self.name = name
        peers = group.peers
        passive = PassiveHealthState(
            rules: PassiveRules(group.settings.health?.passive), peerCount: group.peers.count, probeTime: probeTime)
        active = group.settings.health?.active.map { ActiveHealthState($0) }
    }

    /// Whether the group has the peer now.
    func hasPeer(_ id: PeerID) -> Bool {
        // Snapshots have them in order; whoever else made one pays for the search.
        var range = peers.startIndex..<peers.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = peers[middle].id < id ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        if range.lowerBound < peers.endIndex, peers[range.lowerBound].id == id { return true }
        return peers.contains { $0.id == id }
    }

    /// Nothing is remembered.
    var isEmpty: Bool {
        passive.records.isEmpty && parked.isEmpty && returned.isEmpty && active?.records.isEmpty != false
    }

    // MARK: Verdicts

    /// What the peer is held for; nil when there is nothing to say of it.
    func verdict(of peer: PeerID) -> PeerVerdict? {
        let check = active?.records[peer]
        if let check, check.isUnhealthy {
            return PeerVerdict(health: .unhealthy, reason: check.reason, since: check.since)
        }
        if let record = passive.records[peer] {
            switch record.phase {
            case .ejected(let until):
                return PeerVerdict(health: .ejected, reason: record.reason, since: record.since, until: until)
            case .trial(let since, _):
                return PeerVerdict(
                    health: .ejected, reason: "\(record.reason) It is on trial: one request at a time tries it.",
                    since: record.since, until: since)
            case .counting:
                break
            }
        }
        if let back = returned[peer] {
            let seconds = Double(back.after.nanoseconds / 1_000_000) / 1_000
            return PeerVerdict(health: .healthy, reason: "It is back after \(seconds) s.", since: back.at)
        }
        return check.map { PeerVerdict(health: .healthy, reason: $0.reason, since: $0.since) }
    }

    /// The peers of which there is something to say, in no order.
    var notable: Set<PeerID> {
        var ids = passive.ejected.union(returned.keys)
        if let active { ids.formUnion(active.records.keys) }
        return ids
    }

    /// What loops have to know of the peers that aren't simply in.
    var standing: [HealthChange] { told.values.filter { $0.isEjected || $0.isTrial } }

    private func change(of peer: PeerID) -> HealthChange {
        let isUnhealthy = active?.unhealthy.contains(peer) == true
        switch passive.records[peer]?.phase {
        case nil, .counting: return HealthChange(group: name, peer: peer, isEjected: isUnhealthy)
        case .ejected, .trial(_, .some): return HealthChange(group: name, peer: peer, isEjected: true)
        case .trial(_, nil):
            return HealthChange(group: name, peer: peer, isEjected: isUnhealthy, isTrial: !isUnhealthy)
        }
    }

    // MARK: Events

    mutating func failed(_ peer: PeerID, _ cause: ProxyFailure, at now: NIODeadline) -> [HealthChange] {
        update(peer, at: now) { $0.passive.failed(peer, cause, unhealthy: $0.active?.unhealthy ?? [], at: now) }
    }

    mutating func answered5xx(_ peer: PeerID, at now: NIODeadline) -> [HealthChange] {
        update(peer, at: now) { $0.passive.answered5xx(peer, unhealthy: $0.active?.unhealthy ?? [], at: now) }
    }

    mutating func connected(_ peer: PeerID, at now: NIODeadline) -> [HealthChange] {
        update(peer, at: now) { $0.passive.connected(peer, at: now) }
    }

    mutating func succeeded(_ peer: PeerID, at now: NIODeadline) -> [HealthChange] {
        update(peer, at: now) { $0.passive.succeeded(peer, at: now) }
    }

    mutating func tried(_ peer: PeerID, at now: NIODeadline) -> (mayTry: Bool, changes: [HealthChange]) {
        var mayTry = true
        let changes = update(peer, at: now) { $0.mayTry(peer, &mayTry, at: now) }
        return (mayTry, changes)
    }

    private mutating func mayTry(_ peer: PeerID, _ answer: inout Bool, at now: NIODeadline) {
        answer = active?.unhealthy.contains(peer) != true && passive.tried(peer, at: now)
    }

    /// Passed over when the group isn't checked any more.
    mutating func checked(_ peer: PeerID, _ outcome: CheckOutcome, at now: NIODeadline) -> [HealthChange] {
        update(peer, at: now) { $0.active?.checked(peer, outcome, at: now) }
    }

    /// Ends what is over, and forgets what is old.
    mutating func advance(at now: NIODeadline) -> [HealthChange] {
        var changes: [HealthChange] = []
        for peer in passive.due(at: now) {
            changes += update(peer, at: now) { $0.passive.advance(peer, at: now) }
        }
        parked = parked.filter { now - $0.value.since < Self.memory }
        returned = returned.filter { now - $0.value.at < Self.mention }
        return changes
    }

    private mutating func update(
        _ peer: PeerID, at now: NIODeadline, _ body: (inout GroupHealth) -> Void
    ) -> [HealthChange] {
        let before = verdict(of: peer)
        body(&self)
        let after = verdict(of: peer)
        if after?.isOut == true {
            returned[peer] = nil
        } else if let before, before.isOut {
            returned[peer] = (now, now - before.since)
        }
        if before?.isOut != after?.isOut, let verdict = verdict(of: peer), before?.isOut == true || verdict.isOut {
            news.append(HealthNews(group: name, peer: peer, verdict: verdict))
        }
        return tell(peer)
    }

    private mutating func tell(_ peer: PeerID) -> [HealthChange] {
        let change = change(of: peer)
        let isIn = !change.isEjected && !change.isTrial
        guard told[peer].map({ $0 != change }) ?? !isIn else { return [] }
        told[peer] = isIn ? nil : change
        return [change]
    }

    // MARK: Snapshots

    /// The group as it is from now on; nil when there is none.
    /// - Returns: what every loop has to know, which may have made its peers anew.
    mutating func follow(_ group: SnapshotGroup?, at now: NIODeadline) -> [HealthChange] {
        let before = Dictionary(peers.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        peers = group?.peers ?? []
        let members = Dictionary(peers.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        passive.peerCount = members.count
        if let group { configure(group.settings.health) }
        for (id, was) in before {
            guard let peer = members[id] else {
                park(was, at: now)
                continue
            }
            // What is known is about who was there.
            if !Self.isSamePlace(peer, was) { forget(id) }
        }
        for (id, parked) in parked {
            guard let peer = members[id] else { continue }
            if Self.isSamePlace(peer, parked.peer) { unpark(id) } else { self.parked[id] = nil }
        }
        return peers.compactMap { tell($0.id).first ?? told[$0.id] }
    }

    private static func isSamePlace(_ left: SnapshotPeer, _ right: SnapshotPeer) -> Bool {
        left.address == right.address && left.port == right.port
    }

    private mutating func configure(_ policy: HealthPolicy?) {
        passive.rules = PassiveRules(policy?.passive)
        guard let checks = policy?.active else {
            active = nil
            return
        }
        if active == nil { active = ActiveHealthState(checks) }
        active?.healthyAfter = max(1, checks.healthyAfter)
        active?.unhealthyAfter = max(1, checks.unhealthyAfter)
    }

    private mutating func forget(_ peer: PeerID) {
        passive.keep(nil, of: peer)
        active?.keep(nil, of: peer)
        returned[peer] = nil
    }

    private mutating func park(_ peer: SnapshotPeer, at now: NIODeadline) {
        let record = passive.records[peer.id]
        let check = active?.records[peer.id]
        if record?.isEjected == true || check?.isUnhealthy == true {
            parked[peer.id] = Parked(peer: peer, passive: record, active: check, since: now)
        }
        forget(peer.id)
        told[peer.id] = nil
    }

    private mutating func unpark(_ peer: PeerID) {
        guard let was = parked.removeValue(forKey: peer) else { return }
        passive.keep(was.passive, of: peer)
        if was.active?.isUnhealthy == true { active?.keep(was.active, of: peer) }
    }
}
