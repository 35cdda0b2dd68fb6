/// What balancers look at in a peer, as plain values.
struct PeerState: BitwiseCopyable {
    static let ejected: UInt8 = 1
    static let full: UInt8 = 2
    /// For the time of one pick.
    static let tried: UInt8 = 4

    /// Not in slow start.
    static let never = UInt64.max
    /// Slow start begins when the time is known.
    static let soon = UInt64.max - 1

    /// The share of its weight with which a slow start begins.
    static let slowestShare = 0.1

    var weight: Int
    var isBackup: Bool
    /// Why it may not be picked; 0 is that it may.
    private(set) var hindrances: UInt8 = 0
    var active = 0
    /// When its slow start began.
    var slowSince = Self.never
    /// What its turns in slow start have added up to: it takes one when this reaches 1.
    private var credit = 0.0
    var peer: Unmanaged<Peer>?
    /// The group that has it.
    var group: UnsafeMutablePointer<GroupState>?

    init(weight: Int, isBackup: Bool) {
        self.weight = weight
        self.isBackup = isBackup
    }

    /// Sets or clears a hindrance, and has the group know.
    mutating func set(_ hindrance: UInt8, _ isThere: Bool) {
        let old = hindrances
        hindrances = isThere ? old | hindrance : old & ~hindrance
        guard let group, old != hindrances else { return }
        group.pointee.count(old, isBackup: isBackup, by: -1)
        group.pointee.count(hindrances, isBackup: isBackup, by: 1)
    }

    /// - Parameter credit: 0 ..< 1, toward its first turn.
    mutating func beginSlowStart(at now: UInt64, credit: Double = 0) {
        guard let group, group.pointee.slowWindow > 0 else { return }
        slowSince = now
        self.credit = credit
        group.pointee.slowEnd = max(group.pointee.slowEnd, now &+ group.pointee.slowWindow)
    }

    /// The share of its weight that it has now: 0.1 ... 1.
    mutating func share(at now: UInt64, window: UInt64) -> Double {
        if slowSince == Self.never { return 1 }
        let elapsed = now > slowSince ? now - slowSince : 0
        if elapsed >= window {
            slowSince = Self.never
            return 1
        }
        return max(Self.slowestShare, Double(elapsed) / Double(window))
    }

    /// Whether it takes a turn that has come to it: as many of them as its share says, evenly spaced.
    mutating func takesTurn(at now: UInt64, window: UInt64) -> Bool {
        let share = share(at: now, window: window)
        if share >= 1 { return true }
        credit += share
        if credit < 1 { return false }
        credit -= 1
        return true
    }
}
