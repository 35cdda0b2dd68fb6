package import RoutingModel

/// A group's usable peers in one event loop's table, and whose turn it is.
package final class PeerGroup {
    package let name: String
    package let peers: [SnapshotPeer]
    private let policy: Balance.Policy
    private var rotation: SmoothRoundRobin

    init(name: String, group: SnapshotGroup, start: Int) {
        self.name = name
        peers = group.peers
        policy = group.policy
        rotation = SmoothRoundRobin(weights: group.peers.map(\.weight), start: start)
    }

    package var isEmpty: Bool { peers.isEmpty }

    /// The peer whose turn it is, passing over those in `excluding`; nil when none is left.
    package func next(excluding: [PeerID] = []) -> SnapshotPeer? {
        let place = excluding.isEmpty ? rotation.next() : rotation.next { !excluding.contains(peers[$0].id) }
        return place.map { peers[$0] }
    }

    /// Goes on where `old` was, when it is about the same peers.
    func adopt(_ old: PeerGroup) {
        if peers == old.peers, policy == old.policy { rotation = old.rotation }
    }
}

@available(*, unavailable)
extension PeerGroup: Sendable {}
