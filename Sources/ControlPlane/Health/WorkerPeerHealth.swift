package import RoutingModel

/// What one worker holds a peer of a group for.
package struct WorkerPeerHealth: Hashable, Sendable, Encodable {
    package let worker: String
    package let health: WorkerReport.PeerState.Health
    /// In the worker's words.
    package let reason: String
    package let since: Timestamp
    /// When an ejection ends, or did.
    package let until: Timestamp?

    init(_ worker: String, _ state: WorkerReport.PeerState) {
        self.worker = worker
        health = state.health
        reason = state.reason
        since = state.since
        until = state.until
    }
}
