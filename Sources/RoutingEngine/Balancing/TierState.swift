/// Whose turn it is among the primary peers of a group, or among the backups, on one event loop. Its pointers are the
/// compiled group's.
struct TierState: BitwiseCopyable {
    /// Tries to draw a peer that may be picked, before all are gone through.
    private static let drawLimit = 8

    /// Places in the group.
    private(set) var members = UnsafeBufferPointer<Int32>(start: nil, count: 0)
    /// Round robin's order, over and over; empty where the deadlines give it.
    private var order = UnsafeBufferPointer<Int32>(start: nil, count: 0)
    private var cells = UnsafeBufferPointer<AliasTable.Cell>(start: nil, count: 0)
    private var owners = UnsafeBufferPointer<UInt16>(start: nil, count: 0)
    private var weights = UnsafeBufferPointer<Int>(start: nil, count: 0)
    private var deadlines = DeadlineHeap()
    private var cursor = 0
    /// How many of the peers are neither ejected, nor full, nor tried.
    var usable = 0

    init() {}

    mutating func deallocate() { deadlines.deallocate() }

    /// Other peers, or other weights.
    /// - Parameter kept: the place that each of the group's peers had before; -1 of those that it didn't have. Empty
    ///   when it had none.
    mutating func change(to tier: Tier, kept: UnsafeBufferPointer<Int32>, random: inout FastRandom) {
        if !kept.isEmpty, tier.isUniform, order.count == members.count, cursor < order.count {
            // On with the peer whose turn it was, or the one after it.
            let turn = order[cursor]
            var best: (old: Int32, place: Int) = (.max, 0)
            for place in 0..<tier.members.count {
                let old = kept[Int(tier.members[place])]
                if old >= turn, old < best.old { best = (old, place) }
            }
            cursor = best.place
        } else {
            cursor = tier.order.isEmpty ? 0 : random.below(tier.order.count)
        }
        members = tier.members
        order = tier.order
        cells = tier.cells
        owners = tier.owners
        weights = tier.weights
        deadlines.deallocate()
        if !weights.isEmpty { deadlines = DeadlineHeap(weights) { random.unit() / Double($0) } }
    }

    /// Whether one of them may be picked.
    func has(_ candidates: Candidates) -> Bool {
        for member in members where candidates.allows(candidates.peers[Int(member)]) { return true }
        return false
    }

    // MARK: Round robin

    mutating func next(_ candidates: Candidates) -> UnsafeMutablePointer<PeerState>? {
        // Where all are in slow start, the one whose turn it was.
        var first: UnsafeMutablePointer<PeerState>?
        if order.isEmpty {
            for _ in 0..<deadlines.count {
                let place = deadlines.first
                deadlines.postpone(by: 1 / Double(weights[place]))
                let peer = candidates.peers[Int(members[place])]
                guard candidates.allows(peer) else { continue }
                if candidates.takesTurn(peer) { return peer }
                if first == nil { first = peer }
            }
            return first
        }
        var (place, firstPlace) = (cursor, cursor)
        for _ in 0..<order.count {
            let peer = candidates.peers[Int(order[place])]
            place += 1
            if place == order.count { place = 0 }
            guard candidates.allows(peer) else { continue }
            if candidates.takesTurn(peer) {
                cursor = place
                return peer
            }
            if first == nil { (first, firstPlace) = (peer, place) }
        }
        cursor = firstPlace
        return first
    }

    // MARK: Random

    /// A peer drawn by weight.
    func drawn(_ candidates: Candidates) -> UnsafeMutablePointer<PeerState>? {
        for _ in 0..<Self.drawLimit {
            let peer = candidates.peers[Int(draw(&candidates.memory.pointee.random))]
            guard candidates.allows(peer) else { continue }
            if candidates.slowWindow == 0 { return peer }
            let share = peer.pointee.share(at: candidates.now, window: candidates.slowWindow)
            if share >= 1 || candidates.memory.pointee.random.unit() < share { return peer }
        }
        // Most may not be picked. The peers that may have the same chances this way.
        var total = 0.0
        for member in members {
            let peer = candidates.peers[Int(member)]
            if candidates.allows(peer) { total += candidates.weight(peer) }
        }
        var left = candidates.memory.pointee.random.unit() * total
        var last: UnsafeMutablePointer<PeerState>?
        for member in members {
            let peer = candidates.peers[Int(member)]
            guard candidates.allows(peer) else { continue }
            last = peer
            left -= candidates.weight(peer)
            if left < 0 { break }
        }
        return last
    }

    @inline(__always)
    private func draw(_ random: inout FastRandom) -> Int32 {
        if cells.isEmpty { return members[random.below(members.count)] }
        return members[AliasTable.draw(from: cells, &random)]
    }

    // MARK: Least request

    /// Of two peers drawn by weight the one with fewer requests under way for its weight, this one counted in. Of two
    /// that have none the first: so that shares are by weight while there is little to do.
    func lessBusy(_ candidates: Candidates) -> UnsafeMutablePointer<PeerState>? {
        guard let one = drawn(candidates) else { return nil }
        guard usable > 1, let other = drawn(candidates, beside: one) else { return one }
        let (oneActive, otherActive) = (one.pointee.active, other.pointee.active)
        if oneActive <= 0, otherActive <= 0 { return one }
        let oneLoad = Double(oneActive + 1) * candidates.weight(other)
        let otherLoad = Double(otherActive + 1) * candidates.weight(one)
        return otherLoad < oneLoad ? other : one
    }

    /// Another peer drawn by weight; nil when there is none.
    private func drawn(
        _ candidates: Candidates, beside one: UnsafeMutablePointer<PeerState>
    ) -> UnsafeMutablePointer<PeerState>? {
        if members.count < 2 { return nil }
        for _ in 0..<4 {
            if let other = drawn(candidates), other != one { return other }
        }
        var place = candidates.memory.pointee.random.below(members.count)
        for _ in members {
            let other = candidates.peers[Int(members[place])]
            if other != one, candidates.allows(other) { return other }
            place += 1
            if place == members.count { place = 0 }
        }
        return nil
    }

    // MARK: Consistent hash

    /// The peer whose key this is. When that one may not be picked, the key goes to the next place of a walk of its own:
    /// so the keys of a peer that fails spread over all others, and nobody else's move.
    func owner(of hash: UInt64, _ candidates: Candidates) -> UnsafeMutablePointer<PeerState>? {
        guard !owners.isEmpty else { return drawn(candidates) }
        let count = UInt64(truncatingIfNeeded: owners.count)
        var place = hash % count
        var peer = candidates.peers[Int(members[Int(owners[Int(place)])])]
        if candidates.allows(peer) { return peer }
        // The table's size is a prime: every step leads through all of it.
        var mixed = FastRandom(seed: hash)
        let step = 1 + mixed.next() % (count - 1)
        for _ in 1..<count {
            place += step
            if place >= count { place -= count }
            peer = candidates.peers[Int(members[Int(owners[Int(place)])])]
            if candidates.allows(peer) { return peer }
        }
        // Peers of very small weight may have no place.
        return drawn(candidates)
    }
}
