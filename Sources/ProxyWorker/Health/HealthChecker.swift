internal import HashTreeCollections
internal import Logging
internal import NIOCore
internal import RoutingModel

/// Checks the peers of all groups that have `health.active`, once for the whole worker, and keeps the board's time.
///
/// All of it runs on one event loop. It costs a connection for each check: 5,000 peers every 5 s are 1,000 a second.
final class HealthChecker: Sendable {
    private struct State {
        var schedule: CheckSchedule
        /// With what is left of those that have ended.
        var checks: [ObjectIdentifier: HealthCheck] = [:]
        /// Checks whose outcome isn't there yet.
        var pending = 0
        var ticker: RepeatedTask?
        var timer: Scheduled<Void>?
        var isStopped = false
        var stopping: EventLoopPromise<Void>?
    }

    private let board: HealthBoard
    private let eventLoop: any EventLoop
    private let limit: Int
    private let contexts: UpstreamTLSContexts
    private let logger: Logger
    private let state: NIOLoopBoundBox<State>

    /// How often the board looks for what is over.
    static let tick = TimeAmount.milliseconds(100)
    /// Checks that are due within this are begun together.
    static let batch = TimeAmount.milliseconds(10)

    /// - Parameters:
    ///   - eventLoop: where it all runs; one that serves clients will do.
    ///   - limit: checks at once; others wait.
    ///   - contexts: for groups with TLS.
    init(
        board: HealthBoard, eventLoop: any EventLoop, limit: Int = 64, contexts: UpstreamTLSContexts, logger: Logger
    ) {
        self.board = board
        self.eventLoop = eventLoop
        self.limit = limit
        self.contexts = contexts
        self.logger = logger
        state = NIOLoopBoundBox.makeBoxSendingValue(
            State(schedule: CheckSchedule(seed: .random(in: 0 ... .max))), eventLoop: eventLoop)
    }

    /// Begins to keep time, and to check what it is told to follow.
    func start() {
        eventLoop.execute {
            guard !self.state.value.isStopped, self.state.value.ticker == nil else { return }
            self.state.value.ticker = self.eventLoop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) {
                _ in self.board.due(at: .now())
            }
        }
    }

    /// Takes in a snapshot; peers that are checked as they were stay due when they were. The board is to have it first.
    func follow(_ update: SnapshotUpdate) {
        eventLoop.execute { self.take(update) }
    }

    /// Ends all checks, without outcomes.
    /// - Returns: when nothing is left of them.
    func stop() -> EventLoopFuture<Void> {
        eventLoop.flatSubmit {
            if let stopping = self.state.value.stopping { return stopping.futureResult }
            let promise = self.eventLoop.makePromise(of: Void.self)
            self.state.value.isStopped = true
            self.state.value.stopping = promise
            self.state.value.ticker?.cancel()
            self.state.value.timer?.cancel()
            for check in Array(self.state.value.checks.values) { check.cancel() }
            self.endIfStopped()
            return promise.futureResult
        }
    }

    private func take(_ update: SnapshotUpdate) {
        guard !state.value.isStopped else { return }
        let now = NIODeadline.now()
        let groups = update.snapshot.groups
        if let changed = update.changes?.groups {
            for name in changed { state.value.schedule.follow(name, CheckTarget.all(of: name, groups[name]), at: now) }
        } else {
            for name in state.value.schedule.names where groups[name] == nil {
                state.value.schedule.follow(name, [], at: now)
            }
            for (name, group) in groups {
                state.value.schedule.follow(name, CheckTarget.all(of: name, group), at: now)
            }
        }
        begin()
    }

    /// Begins what is due, and sees to it that what is due next will be begun.
    private func begin() {
        guard !state.value.isStopped else { return }
        let now = NIODeadline.now()
        while state.value.pending < limit, let ticket = state.value.schedule.take(at: now) { begin(ticket) }
        state.value.timer?.cancel()
        state.value.timer = nil
        // When all places are taken, the next outcome goes on.
        guard state.value.pending < limit, let next = state.value.schedule.next else { return }
        state.value.timer = eventLoop.assumeIsolated().nonisolated().scheduleTask(
            deadline: max(next, now + Self.batch)
        ) { self.begin() }
    }

    private func begin(_ ticket: CheckSchedule.Ticket) {
        let check = HealthCheck(
            ticket.target, eventLoop: eventLoop, contexts: contexts,
            found: { outcome in self.found(outcome, ticket) },
            closed: { check in
                self.state.value.checks[ObjectIdentifier(check)] = nil
                self.endIfStopped()
            })
        state.value.checks[ObjectIdentifier(check)] = check
        state.value.pending += 1
        check.start()
    }

    private func found(_ outcome: CheckOutcome?, _ ticket: CheckSchedule.Ticket) {
        state.value.pending -= 1
        let now = NIODeadline.now()
        let target = ticket.target
        if state.value.schedule.finished(ticket, at: now), let outcome {
            board.checked(group: target.group, peer: target.peer.id, outcome, at: now)
            if case .failed(let why) = outcome {
                logger.debug(
                    "a check failed",
                    metadata: ["group": "\(target.group)", "peer": "\(target.peer.id)", "error": "\(why)"])
            }
        }
        // In a turn of its own: checks that fail at once would otherwise begin each other, as deep as there are peers.
        eventLoop.execute { self.begin() }
    }

    private func endIfStopped() {
        guard state.value.checks.isEmpty else { return }
        state.value.stopping?.succeed()
    }
}
