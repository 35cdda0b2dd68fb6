package import RoutingModel

/// A peer of one group in one event loop's table, with what the balancers must know of it. It stays the same object
/// for as long as the group has a peer of its id and address.
package final class Peer {
    package let id: PeerID
    package let address: PeerAddress
    /// Its place in the loop's statistics; not that of another peer of the table.
    package let number: Int
    package internal(set) var weight: Int
    package internal(set) var isBackup: Bool
    /// Requests that this loop has under way with it; kept by the data plane.
    package var active = 0
    /// Whether the worker holds it for unable to serve; kept by the data plane. Ejected peers get requests only when
    /// all others are ejected too.
    package var isEjected = false
    /// Whether it has as many connections as it may have and none of them is idle; kept by the data plane.
    package var isFull = false
    /// Failures in a row that this loop has seen; kept by the data plane.
    package var failures: Int32 = 0
    package var endpoint: PeerEndpoint?

    package init(_ peer: SnapshotPeer, number: Int) {
        id = peer.id
        address = PeerAddress(peer)
        self.number = number
        weight = peer.weight
        isBackup = peer.isBackup
    }
}

@available(*, unavailable)
extension Peer: Sendable {}
