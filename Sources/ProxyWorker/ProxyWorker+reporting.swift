package import RoutingModel

extension ProxyWorker: ReportSource {
    package func peerStates() async -> [WorkerReport.PeerState] { health.states() }
}
