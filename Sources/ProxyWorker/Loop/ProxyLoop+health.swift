internal import NIOCore
internal import RoutingEngine
internal import RoutingModel

/// What becomes of requests, as far as it says something about a peer's health.
extension ProxyLoop {
    /// What the worker makes of a peer from now on.
    func apply(_ change: HealthChange) {
        guard let peer = table.group(named: change.group)?.peer(change.peer) else { return }
        if peer.isEjected, !change.isEjected, !change.isTrial { peer.returned(at: NIODeadline.now().uptimeNanoseconds) }
        peer.isEjected = change.isEjected
        peer.failures = change.isTrial ? max(1, peer.failures) : change.isEjected ? peer.failures : 0
    }

    /// Whether a request may go to a peer that has failed lately: others may be finding out just now.
    func mayTry(_ peer: Peer, in group: PeerGroup) -> Bool {
        if peer.failures == 0 || peer.isEjected { return true }
        if health.tried(group: group.name, peer: peer.id, at: now) { return true }
        peer.isEjected = true
        return false
    }

    func connectSucceeded(_ peer: Peer, in group: PeerGroup) {
        guard peer.failures != 0 else { return }
        health.connected(group: group.name, peer: peer.id, at: now)
    }

    func connectFailed(_ peer: Peer, in group: PeerGroup, timedOut: Bool) {
        if timedOut { counters.connectTimeouts += 1 } else { counters.connectFailures += 1 }
        requestFailed(peer, in: group, timedOut ? .connectTimeout : .connect)
    }

    /// A try failed.
    func requestFailed(_ peer: Peer, in group: PeerGroup, _ failure: ProxyFailure) {
        guard failure.blamesPeer else { return }
        peer.failures &+= 1
        health.failed(group: group.name, peer: peer.id, cause: failure, at: now)
    }

    /// The head of a response came.
    func answered(_ peer: Peer, in group: PeerGroup, status: Int) {
        if status >= 500 {
            guard group.counts5xx || peer.failures != 0 else { return }
            if group.counts5xx { peer.failures &+= 1 }
            health.answered5xx(group: group.name, peer: peer.id, at: now)
        } else if peer.failures != 0 {
            peer.failures = 0
            health.succeeded(group: group.name, peer: peer.id, at: now)
        }
    }
}
