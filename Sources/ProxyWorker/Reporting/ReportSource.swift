package import RoutingModel

/// What a worker has to tell.
package protocol ReportSource: Sendable {
    /// The index in force; 0 before the first.
    var appliedIndex: Int { get }
    /// What its event loops count.
    var traffic: TrafficCollector { get }
    /// Every peer that isn't healthy, and those that are checked.
    func peerStates() async -> [WorkerReport.PeerState]
}
