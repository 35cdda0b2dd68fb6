internal import RoutingEngine
internal import Synchronization

/// What the event loops of a worker count together: clients, and requests at peers whose number is limited.
final class SharedLimits: Sendable {
    /// How many requests one peer has under way, over all loops.
    final class PeerCount: Sendable {
        private let count = Atomic<Int>(0)

        /// Takes a place.
        /// - Returns: false when there are `limit` already.
        func take(limit: Int) -> Bool {
            if count.add(1, ordering: .relaxed).newValue <= limit { return true }
            count.subtract(1, ordering: .relaxed)
            return false
        }

        func leave() { count.subtract(1, ordering: .relaxed) }
    }

    let clients = Atomic<Int>(0)
    private let peers = Mutex<[PeerAddress: PeerCount]>([:])

    /// The count of a peer, the same for all loops.
    func count(for peer: PeerAddress) -> PeerCount {
        peers.withLock { peers in
            if let count = peers[peer] { return count }
            let count = PeerCount()
            peers[peer] = count
            return count
        }
    }

    /// Nobody has the peer any more.
    func forget(_ peer: PeerAddress) { peers.withLock { $0[peer] = nil } }
}
