package import RoutingModel

/// A group's usable peers in one event loop's table, and whose turn it is.
///
/// It changes in place with the table, so that an exchange in flight that needs another peer takes one of those that
/// there are by then. A group that is gone keeps its last peers for those exchanges.
package final class PeerGroup {
    package let name: String
    /// Its place in the loop's statistics: small, and not that of another group of the table that anybody still holds.
    package let number: Int
    package private(set) var settings: GroupSettings { didSet { setFrequent() } }
    // Of the settings, what every request asks for.
    /// How its peers are spoken to over TLS; nil is without.
    package private(set) var tls: UpstreamTLS?
    /// Requests that one peer may have at once; 0 is no limit.
    package private(set) var maxConnections = 0
    /// Whether responses of 500 and above count as failures.
    package private(set) var counts5xx = false
    private let state: UnsafeMutablePointer<GroupState>
    /// Keeps what the state points to.
    private var compiled: CompiledGroup
    private let scratch: MatchScratch
    private let lease: NumberLease
    private let numbers: NumberPool

    /// - Parameters:
    ///   - difference: from nothing.
    ///   - lease: of its number.
    ///   - numbers: of the table's peers.
    init(
        _ group: CompiledGroup, _ difference: GroupDifference, scratch: MatchScratch, lease: NumberLease,
        numbers: NumberPool
    ) {
        name = group.name
        number = lease.number
        settings = group.source.settings
        compiled = group
        self.scratch = scratch
        self.lease = lease
        self.numbers = numbers
        state = .allocate(capacity: 1)
        state.initialize(to: GroupState(memory: scratch.memory))
        change(to: group, difference) { _ in }
    }

    private func setFrequent() {
        tls = settings.tls
        maxConnections = settings.maxConnections ?? 0
        counts5xx = (settings.health?.passive?.consecutive5xx ?? 0) > 0
    }

    deinit {
        for place in 0..<state.pointee.peerCount { release(state.pointee.peers[place]) }
        state.pointee.peers.deallocate()
        state.pointee.primary.deallocate()
        state.pointee.backup.deallocate()
        state.deallocate()
    }

    /// In the order of the snapshot. The list is made for each who asks.
    package var peers: [Peer] {
        (0..<state.pointee.peerCount).compactMap { state.pointee.peers[$0].pointee.peer?.takeUnretainedValue() }
    }

    package var isEmpty: Bool { state.pointee.peerCount == 0 }

    /// Whether it has a peer that is neither ejected nor full.
    package var hasUsablePeer: Bool { state.pointee.hasUsablePeer }

    /// The peer that gets `request`, by the group's policy. Backups get it only when no other peer is usable, ejected
    /// peers only when all that are left to try are ejected, and full ones never.
    /// - Parameters:
    ///   - tried: is passed over; a handful.
    ///   - now: nanoseconds of a clock that doesn't go back.
    /// - Returns: nil when there is none left to try, or all that could serve it are full.
    package func pick(for request: RequestView, excluding tried: [Peer] = [], at now: UInt64) -> Peer? {
        if tried.isEmpty { return state.pointee.pick(request, at: now)?.pointee.peer?.takeUnretainedValue() }
        for peer in tried { peer.state.pointee.set(PeerState.tried, true) }
        defer { for peer in tried { peer.state.pointee.set(PeerState.tried, false) } }
        return state.pointee.pick(request, at: now)?.pointee.peer?.takeUnretainedValue()
    }

    /// Other peers, weights or settings. Round robin among equals goes on with the peer whose turn it was, or the one
    /// after it; else it begins somewhere.
    /// - Parameters:
    ///   - difference: from what it had.
    ///   - left: is called with those that the group has no more.
    func change(to group: CompiledGroup, _ difference: GroupDifference, left: (Peer) -> Void) {
        let old = state.pointee.peers
        let wasEmpty = isEmpty
        let new = UnsafeMutablePointer<UnsafeMutablePointer<PeerState>>.allocate(capacity: difference.kept.count)
        for (place, kept) in difference.kept.enumerated() where kept >= 0 {
            (new + place).initialize(to: old[Int(kept)])
        }
        state.pointee.setSlowStart(group.source.settings.slowStart?.nanoseconds ?? 0)
        for place in difference.left { leave(old[place], left) }
        for place in difference.changed { change(new[place], to: group.peers[place]) }
        for place in difference.joined {
            // A group that begins has nobody who could spare newcomers.
            (new + place).initialize(to: join(group.peers[place], beginsSlowly: !wasEmpty))
        }
        old.deallocate()
        state.pointee.peers = new
        state.pointee.peerCount = difference.kept.count
        state.pointee.policy = group.source.policy
        state.pointee.key = group.key
        difference.kept.withUnsafeBufferPointer { kept in
            let kept = wasEmpty ? UnsafeBufferPointer(start: nil, count: 0) : kept
            state.pointee.primary.change(to: group.primary, kept: kept, random: &scratch.memory.pointee.random)
            state.pointee.backup.change(to: group.backup, kept: kept, random: &scratch.memory.pointee.random)
        }
        settings = group.source.settings
        // Not before the state points to the new one's memory.
        compiled = group
    }

    /// The table has it no more.
    func dissolve(_ left: (Peer) -> Void) {
        for peer in peers {
            peer.isGone = true
            left(peer)
        }
    }

    private func join(_ new: SnapshotPeer, beginsSlowly: Bool) -> UnsafeMutablePointer<PeerState> {
        let peer = Peer(new, lease: numbers.lease())
        let place = Unmanaged.passRetained(peer)._withUnsafeGuaranteedRef { $0.state }
        place.pointee.group = state
        state.pointee.count(place.pointee.hindrances, isBackup: new.isBackup, by: 1)
        if beginsSlowly, state.pointee.slowWindow > 0 {
            place.pointee.slowSince = PeerState.soon
            state.pointee.hasNewcomers = true
        }
        return place
    }

    private func change(_ place: UnsafeMutablePointer<PeerState>, to new: SnapshotPeer) {
        state.pointee.count(place.pointee.hindrances, isBackup: place.pointee.isBackup, by: -1)
        place.pointee.weight = max(1, new.weight)
        place.pointee.isBackup = new.isBackup
        state.pointee.count(place.pointee.hindrances, isBackup: place.pointee.isBackup, by: 1)
    }

    private func leave(_ place: UnsafeMutablePointer<PeerState>, _ left: (Peer) -> Void) {
        state.pointee.count(place.pointee.hindrances, isBackup: place.pointee.isBackup, by: -1)
        place.pointee.group = nil
        if let peer = place.pointee.peer?.takeUnretainedValue() {
            peer.isGone = true
            left(peer)
        }
        release(place)
    }

    /// Lets go of a peer, who may be held by others.
    private func release(_ place: UnsafeMutablePointer<PeerState>) {
        place.pointee.group = nil
        place.pointee.peer?.release()
    }
}

@available(*, unavailable)
extension PeerGroup: Sendable {}
