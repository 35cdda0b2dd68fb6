/// Where a request goes, by the numbers that the routing table gives out.
struct TrafficNumbers: Hashable, Sendable {
    /// One word for an entry's place in the index; never 0.
    let key: UInt64

    /// - Parameters: each not negative and below 2^31.
    ///   - route: `CompiledRoute.number`.
    ///   - group: `PeerGroup.number`; only looked at without a peer, since a peer has one group.
    ///   - peer: `Peer.number`; nil when none was chosen.
    @inline(__always)
    init(route: Int, group: Int?, peer: Int?) {
        let place: UInt64
        if let peer {
            place = UInt64(truncatingIfNeeded: peer) &<< 1 | 1
        } else if let group {
            place = UInt64(truncatingIfNeeded: group) &<< 1 &+ 2
        } else {
            place = 0
        }
        // The highest bit keeps it from being 0, which marks a free place.
        key = 1 &<< 63 | UInt64(truncatingIfNeeded: route) &<< 32 | place & 0xFFFF_FFFF
    }
}
