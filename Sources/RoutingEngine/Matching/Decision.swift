/// What becomes of a request.
///
/// It holds its route and group without owning them: keep those, not the decision. It is valid until the table that
/// made it changes.
package struct Decision {
    package enum Outcome: UInt8, Sendable {
        /// No route matches: 404.
        case noRoute
        /// A route matches, but the group that the request falls to can't serve it: 503.
        case noPeer
        case forward
    }

    package let outcome: Outcome
    private let routeReference: Unmanaged<CompiledRoute>?
    private let groupReference: Unmanaged<PeerGroup>?
    /// The group's place in the route's split; -1 when it was forced, or when there is none.
    package let entry: Int
    /// 0 ..< 10,000, drawn when the request has no sticky key; -1 when nothing was dealt.
    package let bucket: Int

    @inline(__always)
    init(
        outcome: Outcome, route: Unmanaged<CompiledRoute>? = nil, group: Unmanaged<PeerGroup>? = nil, entry: Int = -1,
        bucket: Int = -1
    ) {
        self.outcome = outcome
        routeReference = route
        groupReference = group
        self.entry = entry
        self.bucket = bucket
    }

    /// Nil when none matches.
    package var route: CompiledRoute? { routeReference?.takeUnretainedValue() }

    /// Where it goes; of `noPeer` the forced group that is empty, else nil.
    package var group: PeerGroup? { groupReference?.takeUnretainedValue() }

    /// Whether a force rule decided.
    package var isForced: Bool { entry < 0 && groupReference != nil }
}
