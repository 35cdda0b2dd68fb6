internal import RoutingModel

/// What picking looks at in a group, as plain values: nothing is retained, checked or allocated on the way.
struct GroupState {
    /// By place.
    var peers: UnsafeMutablePointer<UnsafeMutablePointer<PeerState>>
    var peerCount = 0
    var policy = Balance.Policy.roundRobin
    /// The key of consistent hashing.
    var key: CompiledKey?
    var primary = TierState()
    var backup = TierState()
    /// Peers that are not ejected, nor tried.
    private(set) var sound = 0
    /// Nanoseconds; 0 is none.
    private(set) var slowWindow: UInt64 = 0
    /// When the last slow start ends; 0 when nobody is in one.
    var slowEnd: UInt64 = 0
    /// Whether slow starts are to begin with the next pick.
    var hasNewcomers = false
    let memory: UnsafeMutablePointer<MatchScratch.Memory>

    init(memory: UnsafeMutablePointer<MatchScratch.Memory>) {
        peers = .allocate(capacity: 0)
        self.memory = memory
    }

    /// Whether some peer is neither ejected nor full.
    var hasUsablePeer: Bool { primary.usable > 0 || backup.usable > 0 }

    /// Counts a peer with these hindrances in, or out.
    mutating func count(_ hindrances: UInt8, isBackup: Bool, by change: Int) {
        if hindrances & ~PeerState.full == 0 { sound += change }
        guard hindrances == 0 else { return }
        if isBackup { backup.usable += change } else { primary.usable += change }
    }

    /// - Parameter nanoseconds: 0 is none.
    mutating func setSlowStart(_ nanoseconds: Int64) {
        slowWindow = UInt64(max(0, nanoseconds))
        if slowWindow == 0 { slowEnd = 0 }
    }

    /// Begins the slow starts of peers that joined since the last pick.
    mutating func welcomeNewcomers(at now: UInt64) {
        hasNewcomers = false
        for place in 0..<peerCount where peers[place].pointee.slowSince == PeerState.soon {
            // Not all of them take the same turns.
            peers[place].pointee.beginSlowStart(at: now, credit: memory.pointee.random.unit())
        }
    }

    /// The peer that gets a request, among those that aren't tried.
    mutating func pick(_ request: RequestView, at now: UInt64) -> UnsafeMutablePointer<PeerState>? {
        if hasNewcomers { welcomeNewcomers(at: now) }
        if slowEnd > 0, now >= slowEnd { slowEnd = 0 }
        var candidates = Candidates(
            peers: peers, barred: ~0, now: now, slowWindow: slowEnd == 0 ? 0 : slowWindow, memory: memory)
        if primary.usable > 0 { return pick(from: &primary, candidates, request) }
        if backup.usable > 0 { return pick(from: &backup, candidates, request) }
        // All that could serve it are full.
        if sound > 0 { return nil }
        // Better one that may fail than none.
        candidates.barred = PeerState.full | PeerState.tried
        if primary.has(candidates) { return pick(from: &primary, candidates, request) }
        return backup.has(candidates) ? pick(from: &backup, candidates, request) : nil
    }

    @inline(__always)
    private func pick(
        from tier: inout TierState, _ candidates: Candidates, _ request: RequestView
    ) -> UnsafeMutablePointer<PeerState>? {
        switch policy {
        case .roundRobin: return tier.next(candidates)
        case .leastRequest: return tier.lessBusy(candidates)
        case .random: return tier.drawn(candidates)
        case .consistentHash:
            let reader = RequestReader(view: request, memory: memory)
            guard let hash = key?.hash(reader) else { return tier.drawn(candidates) }
            return tier.owner(of: hash, candidates)
        }
    }
}

/// The peers that may be picked now.
struct Candidates: BitwiseCopyable {
    /// By place in the group.
    let peers: UnsafeMutablePointer<UnsafeMutablePointer<PeerState>>
    /// The hindrances that count.
    var barred: UInt8
    let now: UInt64
    /// 0 when nobody is in slow start.
    let slowWindow: UInt64
    let memory: UnsafeMutablePointer<MatchScratch.Memory>

    @inline(__always)
    func allows(_ peer: UnsafeMutablePointer<PeerState>) -> Bool { peer.pointee.hindrances & barred == 0 }

    @inline(__always)
    func takesTurn(_ peer: UnsafeMutablePointer<PeerState>) -> Bool {
        slowWindow == 0 || peer.pointee.takesTurn(at: now, window: slowWindow)
    }

    /// Its weight, or what slow start leaves of it.
    @inline(__always)
    func weight(_ peer: UnsafeMutablePointer<PeerState>) -> Double {
        let weight = Double(peer.pointee.weight)
        return slowWindow == 0 ? weight : weight * peer.pointee.share(at: now, window: slowWindow)
    }
}
