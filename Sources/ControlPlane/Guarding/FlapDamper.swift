internal import Foundation
internal import RoutingModel

/// Keeps peers out that come and go too often, as routers do with flapping routes (RFC 2439): each change adds 1 to a
/// penalty that halves with time, and a peer stays out until its penalty is low enough. Pure: the time comes in with
/// every event.
struct FlapDamper {
    /// A peer of any group of a service.
    struct Peer: Hashable {
        let service: ServiceKey
        let id: PeerID
    }

    /// Why and for how long a peer is kept out.
    struct Penalty: Equatable {
        /// Changes that were counted, and when the first of them was.
        var changes: Int
        var since: ContinuousClock.Instant
        /// When it is over if there is no further change.
        var until: ContinuousClock.Instant
        /// The value at the last change.
        fileprivate var value: Double
        fileprivate var at: ContinuousClock.Instant
    }

    let policy: FlapPolicy
    /// When a peer changed, within the window, oldest first; one more than the policy allows at most.
    private var changes: [Peer: [ContinuousClock.Instant]] = [:]
    private(set) var penalties: [Peer: Penalty] = [:]
    private var sweptAt: ContinuousClock.Instant?

    init(policy: FlapPolicy) { self.policy = policy }

    /// When the next peer may come back if nothing changes.
    var nextRelease: ContinuousClock.Instant? { penalties.values.lazy.map(\.until).min() }

    /// A peer has become usable, or has ceased to be.
    /// - Returns: its penalty; nil while it is not kept out.
    mutating func changed(_ peer: Peer, at now: ContinuousClock.Instant) -> Penalty? {
        guard policy.changes > 0 else { return nil }
        sweep(at: now)
        var recent = changes[peer, default: []].filter { now - $0 < policy.window }
        recent.append(now)
        changes[peer] = recent.suffix(policy.changes + 1)
        if var penalty = penalties[peer] {
            penalty.changes += 1
            penalty.value = value(of: penalty, at: now) + 1
            penalties[peer] = limited(penalty, at: now)
        } else if recent.count > policy.changes {
            penalties[peer] = limited(
                Penalty(changes: recent.count, since: recent[0], until: now, value: Double(recent.count), at: now),
                at: now)
        }
        return penalties[peer]
    }

    /// Lets those go whose penalty is low enough.
    mutating func release(at now: ContinuousClock.Instant) -> [Peer] {
        let released = penalties.filter { $0.value.until <= now }.keys
        for peer in released { penalties[peer] = nil }
        return released.sorted { ($0.service, $0.id) < ($1.service, $1.id) }
    }

    /// Lets a peer go and forgets what it did.
    mutating func reset(_ peer: Peer) {
        changes[peer] = nil
        penalties[peer] = nil
    }

    /// The service is not watched any more.
    mutating func forget(_ service: ServiceKey) {
        changes = changes.filter { $0.key.service != service }
        penalties = penalties.filter { $0.key.service != service }
    }

    /// The penalty halves twice in a window.
    private var halfLife: Duration { policy.window / 2 }

    private func value(of penalty: Penalty, at now: ContinuousClock.Instant) -> Double {
        penalty.value * exp2(-((now - penalty.at) / halfLife))
    }

    /// `penalty` with its value at `now` kept within its limit, and the time when it will be over.
    private func limited(_ penalty: Penalty, at now: ContinuousClock.Instant) -> Penalty {
        var penalty = penalty
        penalty.value = min(penalty.value, Double(2 * policy.changes))
        penalty.at = now
        penalty.until = now + halfLife * max(0, log2(penalty.value / (Double(policy.changes) / 2)))
        return penalty
    }

    /// Peers that were calm for a window are forgotten, or else names that change with every start fill the memory.
    private mutating func sweep(at now: ContinuousClock.Instant) {
        guard sweptAt.map({ now - $0 >= policy.window }) ?? true else { return }
        sweptAt = now
        changes = changes.filter { $0.value.last.map { now - $0 < policy.window } ?? false }
    }
}
