internal import RoutingEngine
internal import RoutingModel

extension PeerGroup {
    /// The member of that id; for rare events.
    func peer(_ id: PeerID) -> Peer? { peers.first { $0.id == id } }
}
