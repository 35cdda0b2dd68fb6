internal import HeapModule
internal import NIOCore
internal import RoutingModel

/// Which peer is checked when. The first round is spread over the interval, every further check comes an interval after
/// the one before, a tenth more or less: neither the peers nor the workers are to keep step. Pure: the time is passed
/// in.
struct CheckSchedule {
    /// A check under way.
    struct Ticket {
        let target: CheckTarget
        fileprivate let number: UInt64
        fileprivate let startedAt: NIODeadline
    }

    private struct Planned {
        var target: CheckTarget
        /// Of this place in the plan: turns and tickets of an earlier one count no more.
        let number: UInt64
    }

    private struct Turn: Comparable {
        let due: NIODeadline
        let number: UInt64
        let group: String
        let peer: PeerID

        static func < (left: Turn, right: Turn) -> Bool { (left.due, left.number) < (right.due, right.number) }
    }

    private var groups: [String: [PeerID: Planned]] = [:]
    private var turns = Heap<Turn>()
    private var lastNumber: UInt64 = 0
    private var random: UInt64

    /// - Parameter seed: of the spreading.
    init(seed: UInt64) { random = seed }

    var isEmpty: Bool { groups.isEmpty }
    var count: Int { groups.values.reduce(0) { $0 + $1.count } }
    /// The groups that have targets.
    var names: [String] { Array(groups.keys) }
    /// When the next check may be due.
    var next: NIODeadline? { turns.min?.due }

    /// A group's targets from now on. Those that stay what they were stay due when they were.
    mutating func follow(_ group: String, _ targets: [CheckTarget], at now: NIODeadline) {
        guard !targets.isEmpty else {
            groups[group] = nil
            return
        }
        let before = groups.removeValue(forKey: group) ?? [:]
        var plan: [PeerID: Planned] = [:]
        plan.reserveCapacity(targets.count)
        for target in targets {
            if let known = before[target.peer.id], known.target.keepsTime(as: target) {
                plan[target.peer.id] = Planned(target: target, number: known.number)
                continue
            }
            lastNumber += 1
            plan[target.peer.id] = Planned(target: target, number: lastNumber)
            let wait = Double(target.interval.nanoseconds) * unit()
            turns.insert(
                Turn(due: now + .nanoseconds(Int64(wait)), number: lastNumber, group: group, peer: target.peer.id))
        }
        groups[group] = plan
    }

    /// A check that is due, the one that has been for longest; it has to be `finished`.
    mutating func take(at now: NIODeadline) -> Ticket? {
        while let turn = turns.min, turn.due <= now {
            turns.removeMin()
            guard let planned = groups[turn.group]?[turn.peer], planned.number == turn.number else { continue }
            return Ticket(target: planned.target, number: planned.number, startedAt: now)
        }
        return nil
    }

    /// A check has come to its end.
    /// - Returns: whether its outcome still counts: the peer may be gone, or elsewhere.
    mutating func finished(_ ticket: Ticket, at now: NIODeadline) -> Bool {
        let target = ticket.target
        guard let planned = groups[target.group]?[target.peer.id], planned.number == ticket.number else { return false }
        let wait = Double(planned.target.interval.nanoseconds) * (0.9 + 0.2 * unit())
        let due = max(now, ticket.startedAt + .nanoseconds(Int64(wait)))
        turns.insert(Turn(due: due, number: planned.number, group: target.group, peer: target.peer.id))
        return true
    }

    /// From 0 to 1 (SplitMix64: Steele, Lea, Flood 2014).
    private mutating func unit() -> Double {
        random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Double(mixed >> 11) / Double(UInt64(1) << 53)
    }
}
