package import RoutingModel

/// A group's usable peers in one event loop's table, and whose turn it is.
///
/// It changes in place with the table, so that an exchange in flight that needs another peer takes one of those that
/// there are by then. A group that is gone keeps its last peers for those exchanges.
package final class PeerGroup {
    package let name: String
    package private(set) var peers: [SnapshotPeer]
    private var rotation: SmoothRoundRobin

    /// - Parameter seed: decides with which peer it begins, so that not every worker begins with the same one.
    init(_ group: CompiledGroup, seed: UInt) {
        name = group.name
        peers = group.peers
        let start = group.peers.isEmpty ? 0 : Int(seed % UInt(group.peers.count))
        rotation = SmoothRoundRobin(weights: group.weights, start: start)
    }

    package var isEmpty: Bool { peers.isEmpty }

    /// The peer whose turn it is, passing over those in `excluding`; nil when none is left.
    package func next(excluding: [PeerID] = []) -> SnapshotPeer? {
        let place = excluding.isEmpty ? rotation.next() : rotation.next { !excluding.contains(peers[$0].id) }
        return place.map { peers[$0] }
    }

    /// Other peers, or other weights. Where all weigh the same it goes on with the peer whose turn it was, or the one
    /// after it; else the round begins anew.
    func change(to group: CompiledGroup) {
        var start = 0
        if peers.indices.contains(rotation.cursor) {
            let turn = peers[rotation.cursor].id
            start = group.peers.firstIndex { $0.id >= turn } ?? 0
        }
        peers = group.peers
        rotation = SmoothRoundRobin(weights: group.weights, start: start)
    }
}

@available(*, unavailable)
extension PeerGroup: Sendable {}
