internal import RoutingModel

/// What event loops are to make of a peer from now on.
struct HealthChange: Hashable, Sendable {
    let group: String
    let peer: PeerID
    /// `Peer.isEjected`.
    let isEjected: Bool
    /// Its ejection is over, but nothing has proven yet that it serves: one request at a time may find out. A loop notes
    /// that by `Peer.failures = max(1, failures)`, and asks `HealthBoard.tried` when it has picked the peer.
    ///
    /// A peer that is neither ejected nor on trial is back, if it was ejected before: its slow start begins.
    let isTrial: Bool

    init(group: String, peer: PeerID, isEjected: Bool, isTrial: Bool = false) {
        self.group = group
        self.peer = peer
        self.isEjected = isEjected
        self.isTrial = isTrial
    }
}
