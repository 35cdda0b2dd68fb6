internal import NIOCore
internal import RoutingModel

/// What one group's peers answered to checks, and who is out for it. A peer is well until checks say otherwise: it was
/// discovery that brought it. Pure: the time is passed in.
struct ActiveHealthState {
    struct Record: Hashable {
        /// In a row; one of them is 0.
        fileprivate(set) var passes = 0
        fileprivate(set) var failures = 0
        fileprivate(set) var isUnhealthy = false
        fileprivate(set) var since: NIODeadline
        fileprivate(set) var reason: String
    }

    var healthyAfter: Int
    var unhealthyAfter: Int
    /// Of those that have been checked.
    private(set) var records: [PeerID: Record] = [:]
    private(set) var unhealthy: Set<PeerID> = []

    init(_ policy: ActiveHealth) {
        healthyAfter = max(1, policy.healthyAfter)
        unhealthyAfter = max(1, policy.unhealthyAfter)
    }

    /// A check has come to its end.
    mutating func checked(_ peer: PeerID, _ outcome: CheckOutcome, at now: NIODeadline) {
        var record = records[peer] ?? Record(since: now, reason: "Its checks pass.")
        switch outcome {
        case .passed:
            record.passes += 1
            record.failures = 0
            if record.isUnhealthy, record.passes >= healthyAfter {
                record.isUnhealthy = false
                record.since = now
                record.reason = "\(Self.count(record.passes)) passed."
            }
        case .failed(let why):
            record.failures += 1
            record.passes = 0
            if !record.isUnhealthy, record.failures >= unhealthyAfter {
                record.isUnhealthy = true
                record.since = now
            }
            if record.isUnhealthy { record.reason = "\(Self.count(record.failures)) failed, the last one: \(why)." }
        }
        keep(record, of: peer)
    }

    /// What is known of a peer: to be put in when it comes back, nil to forget it.
    mutating func keep(_ record: Record?, of peer: PeerID) {
        records[peer] = record
        if record?.isUnhealthy == true { unhealthy.insert(peer) } else { unhealthy.remove(peer) }
    }

    private static func count(_ checks: Int) -> String { checks == 1 ? "A check" : "\(checks) checks in a row" }
}
