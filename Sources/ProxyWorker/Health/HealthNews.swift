internal import RoutingModel

/// A peer went out, or is back.
struct HealthNews: Hashable {
    let group: String
    let peer: PeerID
    let verdict: PeerVerdict
}
