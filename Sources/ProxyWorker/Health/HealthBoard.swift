internal import Logging
internal import NIOCore
internal import RoutingModel
internal import Synchronization

/// Which peers one worker holds for unable to serve, by what its event loops tell of requests and its checker of checks.
///
/// It is shared by all event loops, and only for rare events: a failure, the first success after failures, a peer that
/// comes back. What it makes of them outlives snapshots: peers are known by group and id.
final class HealthBoard: Sendable {
    typealias Listener = @Sendable (HealthChange) -> Void

    private struct Content {
        var state: HealthState
        var listener: Listener?

        func tell(_ changes: [HealthChange]) {
            guard let listener else { return }
            for change in changes { listener(change) }
        }
    }

    private let content: Mutex<Content>
    private let logger: Logger?

    /// - Parameters:
    ///   - probeTime: for how long others wait for the outcome when a peer is tried again; the time that a connection
    ///     may take.
    ///   - logger: is told who goes out and who is back.
    init(probeTime: TimeAmount = .seconds(1), logger: Logger? = nil) {
        self.logger = logger
        content = Mutex(Content(state: HealthState(probeTime: probeTime)))
    }

    /// Who is told what event loops are to make of peers. It is called in the order of the changes, with the board
    /// locked: it hands each change on to the loops and returns. One change may come again.
    func onChange(_ listener: @escaping Listener) { content.withLock { $0.listener = listener } }

    /// Takes in a snapshot, with the groups' policies. To be called when the loops have it in force, or have been told
    /// to: whoever is out in groups that changed is told again, for peers that are new objects there.
    func follow(_ update: SnapshotUpdate, at now: NIODeadline = .now()) {
        content.withLock { $0.tell($0.state.follow(update, at: now)) }
    }

    // MARK: What loops tell

    /// A request, or one try of it, was failed by the peer. Causes that don't blame it are passed over. The loop counts
    /// it too: `Peer.failures += 1`.
    func failed(group: String, peer: PeerID, cause: ProxyFailure, at now: NIODeadline) {
        update(group, peer) { $0.failed(peer, cause, at: now) }
    }

    /// The peer's response has a status of 500 or above; to be told when the group's policy has `consecutive_5xx`, or
    /// the loop's `Peer.failures` isn't 0. With such a policy the loop counts it too: `Peer.failures += 1`.
    func answered5xx(group: String, peer: PeerID, at now: NIODeadline) {
        update(group, peer) { $0.answered5xx(peer, at: now) }
    }

    /// A connection came about to a peer whose `Peer.failures` isn't 0. Only groups without a policy make something of
    /// it; `Peer.failures` stays for `succeeded`.
    func connected(group: String, peer: PeerID, at now: NIODeadline) {
        update(group, peer) { $0.connected(peer, at: now) }
    }

    /// The head of a response below 500 came from a peer whose `Peer.failures` isn't 0; the loop sets it to 0.
    func succeeded(group: String, peer: PeerID, at now: NIODeadline) {
        update(group, peer) { $0.succeeded(peer, at: now) }
    }

    /// A loop has picked a peer whose `Peer.failures` isn't 0 and that isn't ejected.
    /// - Returns: whether the request may go there. If not, a request of this or another loop finds out just now: the
    ///   loop sets `Peer.isEjected` at once, and picks again.
    func tried(group: String, peer: PeerID, at now: NIODeadline) -> Bool {
        var mayTry = true
        update(group, peer) { health in
            let answer = health.tried(peer, at: now)
            mayTry = answer.mayTry
            return answer.changes
        }
        return mayTry
    }

    // MARK: What the checker tells

    /// A check of the peer has come to its end.
    func checked(group: String, peer: PeerID, _ outcome: CheckOutcome, at now: NIODeadline) {
        update(group, peer) { $0.checked(peer, outcome, at: now) }
    }

    /// Ends what is over: ejections, trials, memories. `HealthChecker` calls it ten times a second.
    func due(at now: NIODeadline) {
        change { $0.advance(at: now) }
    }

    // MARK: Questions

    /// Everybody who isn't simply in, for a loop that begins.
    var standing: [HealthChange] { content.withLock { $0.state.standing } }

    /// What the peer is held for; nil when there is nothing to say of it.
    func verdict(group: String, peer: PeerID) -> PeerVerdict? {
        content.withLock { $0.state.verdict(group: group, peer: peer) }
    }

    /// What the control plane is told: first every peer that isn't healthy, then those that were not until a minute ago
    /// or are checked; of these `HealthState.healthyReported` at most.
    /// - Parameters:
    ///   - now: on the clock of events.
    ///   - clock: the same moment.
    func states(at now: NIODeadline = .now(), clock: Timestamp = .now()) -> [WorkerReport.PeerState] {
        func timestamp(_ moment: NIODeadline) -> Timestamp {
            clock.adding(.nanoseconds((moment - now).nanoseconds))
        }
        let verdicts = content.withLock { $0.state.verdicts() }
        return verdicts.map { group, peer, verdict in
            WorkerReport.PeerState(
                group: group, peer: peer, health: verdict.health, reason: verdict.reason,
                since: timestamp(verdict.since), until: verdict.until.map(timestamp))
        }
    }

    private func update(_ group: String, _ peer: PeerID, _ event: (inout GroupHealth) -> [HealthChange]) {
        change { $0.update(group, peer, event) }
    }

    private func change(_ body: (inout HealthState) -> [HealthChange]) {
        let news = content.withLock { content in
            content.tell(body(&content.state))
            return content.state.takeNews()
        }
        guard let logger else { return }
        for news in news {
            logger.notice(
                news.verdict.isOut ? "a peer is passed over" : "a peer is back",
                metadata: [
                    "group": "\(news.group)", "peer": "\(news.peer)", "health": "\(news.verdict.health)",
                    "reason": "\(news.verdict.reason)",
                ])
        }
    }
}
