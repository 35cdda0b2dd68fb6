internal import NIOCore
internal import RoutingModel

/// What the worker holds a peer for, and why.
struct PeerVerdict: Hashable {
    var health: WorkerReport.PeerState.Health
    /// One sentence or two.
    var reason: String
    var since: NIODeadline
    /// When an ejection ends, or did: a request has to show that the peer serves again.
    var until: NIODeadline?

    /// Whether requests pass it over.
    var isOut: Bool { health != .healthy }
}
