internal import NIOCore
internal import RoutingModel

/// What became of the requests to one group's peers, and which of them are ejected for it (Envoy calls it outlier
/// detection). Pure: the time is passed in.
///
/// Failures in a row eject a peer. When its time is over it is on trial: one request at a time goes to it; the first
/// that succeeds brings it back, one that fails ejects it for longer. Ejections count as in a row until the peer has
/// been back for as long as they began with, for each of them.
struct PassiveHealthState {
    enum Phase: Hashable {
        case counting
        case ejected(until: NIODeadline)
        /// Since when; until when others wait for the outcome of the request that tries it, nil while none does.
        case trial(since: NIODeadline, takenUntil: NIODeadline?)
    }

    struct Record: Hashable {
        var phase = Phase.counting
        fileprivate(set) var failures = 0
        fileprivate(set) var serverErrors = 0
        /// In a row.
        fileprivate(set) var ejections = 0
        /// When it was ejected while it was in.
        fileprivate(set) var since: NIODeadline
        fileprivate(set) var reason = ""
        fileprivate var returnedAt: NIODeadline?

        /// Ejected or on trial.
        var isEjected: Bool { phase != .counting }
    }

    var rules: PassiveRules
    /// How many peers the group has now.
    var peerCount: Int
    /// Only of those that have failed.
    private(set) var records: [PeerID: Record] = [:]
    /// Those of them that are ejected, or on trial.
    private(set) var ejected: Set<PeerID> = []
    private let probeTime: TimeAmount

    /// A trial that nobody makes ends so: a group without requests isn't held for broken for ever.
    static let longestTrial = TimeAmount.seconds(60)

    /// - Parameter probeTime: for how long others wait for the outcome when a peer is tried again.
    init(rules: PassiveRules, peerCount: Int, probeTime: TimeAmount) {
        self.rules = rules
        self.peerCount = peerCount
        self.probeTime = probeTime
    }

    // MARK: Events

    /// A request failed.
    /// - Parameter unhealthy: who is out for other reasons.
    mutating func failed(
        _ peer: PeerID, _ cause: ProxyFailure, unhealthy: Set<PeerID> = [], at now: NIODeadline
    ) {
        guard rules.counts(cause) else { return }
        var record = records[peer] ?? Record(since: now)
        switch record.phase {
        case .ejected:
            // Sent before it was, or because all are: says nothing new.
            return
        case .trial:
            eject(peer, &record, "It failed again when it was tried (\(cause.rawValue)).", unhealthy, at: now)
        case .counting:
            record.failures += 1
            if record.failures >= rules.failures {
                let reason =
                    record.failures == 1
                    ? "A request failed (\(cause.rawValue))."
                    : "\(record.failures) requests in a row failed, the last one by \(cause.rawValue)."
                eject(peer, &record, reason, unhealthy, at: now)
            }
        }
        keep(record, of: peer)
    }

    /// A response of 500 or above: the peer can be reached, at least.
    mutating func answered5xx(_ peer: PeerID, unhealthy: Set<PeerID> = [], at now: NIODeadline) {
        guard rules.serverErrors > 0 else { return succeeded(peer, at: now) }
        var record = records[peer] ?? Record(since: now)
        switch record.phase {
        case .ejected:
            return
        case .trial:
            eject(peer, &record, "It answered with 5xx again when it was tried.", unhealthy, at: now)
        case .counting:
            record.failures = 0
            record.serverErrors += 1
            if record.serverErrors >= rules.serverErrors {
                eject(
                    peer, &record, "\(record.serverErrors) responses in a row had a status of 500 or above.", unhealthy,
                    at: now)
            }
        }
        keep(record, of: peer)
    }

    /// A connection came about: without a policy nothing more is asked of a peer.
    mutating func connected(_ peer: PeerID, at now: NIODeadline) {
        if rules.isDefault { succeeded(peer, at: now) }
    }

    /// A response below 500.
    mutating func succeeded(_ peer: PeerID, at now: NIODeadline) {
        guard var record = records[peer] else { return }
        switch record.phase {
        case .ejected where !rules.isDefault:
            // Sent before it was ejected, or because all are.
            return
        case .ejected, .trial:
            record.returnedAt = now
        case .counting:
            break
        }
        record.phase = .counting
        record.failures = 0
        record.serverErrors = 0
        keep(rules.isDefault || record.ejections == 0 ? nil : record, of: peer)
    }

    /// A request is about to be sent to a peer that has failed before.
    /// - Returns: whether it may; if not, another finds out just now, or it is ejected.
    mutating func tried(_ peer: PeerID, at now: NIODeadline) -> Bool {
        guard let record = records[peer] else { return true }
        switch record.phase {
        case .counting: return true
        case .ejected: return false
        case .trial(_, let takenUntil?) where takenUntil > now: return false
        case .trial(let since, _):
            records[peer]?.phase = .trial(since: since, takenUntil: now + probeTime)
            return true
        }
    }

    /// What is known of a peer: to be put in when it comes back, nil to forget it.
    mutating func keep(_ record: Record?, of peer: PeerID) {
        records[peer] = record
        if record?.isEjected == true { ejected.insert(peer) } else { ejected.remove(peer) }
    }

    // MARK: Time

    /// Who has something to end at `now`; to be advanced one by one.
    func due(at now: NIODeadline) -> [PeerID] {
        records.compactMap { end(of: $0.value).map { $0 <= now } == true ? $0.key : nil }
    }

    /// When something ends next.
    var nextDue: NIODeadline? { records.values.lazy.compactMap { end(of: $0) }.min() }

    /// Ends what is over.
    mutating func advance(_ peer: PeerID, at now: NIODeadline) {
        guard var record = records[peer], let end = end(of: record), end <= now else { return }
        switch record.phase {
        case .counting:
            return keep(nil, of: peer)
        case .ejected:
            record.phase = .trial(since: now, takenUntil: nil)
        case .trial(_, .some):
            record.phase = .trial(since: now, takenUntil: nil)
        case .trial(_, nil):
            record.phase = .counting
            record.failures = 0
            record.serverErrors = 0
            record.returnedAt = now
        }
        keep(record, of: peer)
    }

    private func end(of record: Record) -> NIODeadline? {
        switch record.phase {
        case .ejected(let until): return until
        case .trial(_, let takenUntil?): return takenUntil
        case .trial(let since, nil): return since + Self.longestTrial
        case .counting:
            // When its ejections are forgotten.
            guard record.failures == 0, record.serverErrors == 0, let returnedAt = record.returnedAt else { return nil }
            return returnedAt + Self.times(rules.shortest, record.ejections)
        }
    }

    // MARK: Ejecting

    private mutating func eject(
        _ peer: PeerID, _ record: inout Record, _ reason: String, _ unhealthy: Set<PeerID>, at now: NIODeadline
    ) {
        let wasIn = record.phase == .counting
        guard mayEject(peer, unhealthy) else {
            // It has to fail as often again.
            record.phase = .counting
            record.failures = 0
            record.serverErrors = 0
            return
        }
        if wasIn {
            record.ejections -= record.returnedAt.map { forgiven(since: $0, at: now) } ?? 0
            record.since = now
        }
        record.ejections = max(0, record.ejections) + 1
        record.phase = .ejected(until: now + rules.length(ofEjection: record.ejections))
        record.reason = reason
        record.failures = 0
        record.serverErrors = 0
    }

    private func forgiven(since returnedAt: NIODeadline, at now: NIODeadline) -> Int {
        guard now > returnedAt else { return 0 }
        return Int((now - returnedAt).nanoseconds / max(1, rules.shortest.nanoseconds))
    }

    private func mayEject(_ peer: PeerID, _ unhealthy: Set<PeerID>) -> Bool {
        guard rules.share != nil else { return true }
        let others = ejected.contains(peer) ? ejected.count - 1 : ejected.count
        guard others < rules.limit(of: peerCount) else { return false }
        // Somebody has to stay.
        let out = unhealthy.count { $0 != peer && !ejected.contains($0) } + others
        return out + 1 < peerCount
    }

    private static func times(_ amount: TimeAmount, _ factor: Int) -> TimeAmount {
        let (product, overflow) = amount.nanoseconds.multipliedReportingOverflow(by: Int64(factor))
        return .nanoseconds(overflow ? 3_600_000_000_000 : min(product, 3_600_000_000_000))
    }
}
