package import RoutingModel

/// A peer of one group in one event loop's table, with what the balancers must know of it. It stays the same object
/// for as long as the group has a peer of its id and address.
package final class Peer {
    package let id: PeerID
    package let address: PeerAddress
    /// Its place in the loop's statistics: small, and not that of another peer of the table that anybody still holds.
    package let number: Int
    /// Whether its group has it no more: who still holds it may finish with it.
    package internal(set) var isGone = false
    /// Failures in a row that this loop has seen; kept by the data plane.
    package var failures: Int32 = 0
    package var endpoint: AnyObject?
    private let lease: NumberLease?
    /// What the balancers look at.
    let state: UnsafeMutablePointer<PeerState>

    package convenience init(_ peer: SnapshotPeer, number: Int) { self.init(peer, number: number, lease: nil) }

    convenience init(_ peer: SnapshotPeer, lease: NumberLease) {
        self.init(peer, number: lease.number, lease: lease)
    }

    private init(_ peer: SnapshotPeer, number: Int, lease: NumberLease?) {
        id = peer.id
        address = PeerAddress(peer)
        self.number = number
        self.lease = lease
        state = .allocate(capacity: 1)
        state.initialize(to: PeerState(weight: max(1, peer.weight), isBackup: peer.isBackup))
        state.pointee.peer = Unmanaged.passUnretained(self)
    }

    deinit { state.deallocate() }

    package var weight: Int { state.pointee.weight }

    package var isBackup: Bool { state.pointee.isBackup }

    /// Requests that this loop has under way with it; kept by the data plane.
    package var active: Int {
        get { state.pointee.active }
        set { state.pointee.active = newValue }
    }

    /// Whether the worker holds it for unable to serve; kept by the data plane. Ejected peers get requests only when
    /// all others are ejected too.
    package var isEjected: Bool {
        get { state.pointee.hindrances & PeerState.ejected != 0 }
        set { state.pointee.set(PeerState.ejected, newValue) }
    }

    /// Whether it has as many connections as it may have and none of them is idle; kept by the data plane.
    package var isFull: Bool {
        get { state.pointee.hindrances & PeerState.full != 0 }
        set { state.pointee.set(PeerState.full, newValue) }
    }

    /// It is able to serve again: its group's slow start begins for it, if the group has one.
    /// - Parameter now: nanoseconds, of the clock that picks are given.
    package func returned(at now: UInt64) { state.pointee.beginSlowStart(at: now) }
}

@available(*, unavailable)
extension Peer: Sendable {}
