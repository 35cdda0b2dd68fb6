internal import RoutingModel

/// Which service Consul is asked about next, and how. Pure: events and the time come in, actions go out.
///
/// - A service without an index is asked about at once, through a few connections (`immediate`).
/// - As long as there are no more services than `held`, each has a question of its own that Consul holds until
///   something changes (a blocking query).
/// - With more, the ones that changed last have one. The others are asked about in rounds, for their index only
///   (`probe`); a service whose index moved is asked for all it has, and if that says anything new, it takes the held
///   question of the one that has been quiet for longest.
///
/// Each question has a number. An answer to a question that was abandoned meanwhile is not taken.
struct WatchSchedule {
    typealias Instant = ContinuousClock.Instant

    enum Action: Hashable {
        case ask(Int, HealthQuestion)
        case abandon(Int)
        case report(WatchReport)
        /// Nothing came from the watch for so long; it begins anew.
        case restarted(ServiceKey, silent: Duration)
    }

    enum Slot: Hashable { case immediate, suspect, held, probe }
    struct Question { let service: ServiceKey, slot: Slot, wait: Duration, askedAt: Instant }
    struct Turn { let service: ServiceKey, number: Int }

    /// How long a question is held at most while services are asked about in rounds, so that one that is abandoned
    /// doesn't stay with Consul for long.
    static let crowdedWait = Duration.seconds(10)
    /// A service keeps its held question for so long at least after it changed.
    static let hotTime = Duration.seconds(10)

    let limits: WatchLimits
    var services: [ServiceKey: WatchedService] = [:]
    /// Services that may have a held question.
    var hot: Set<ServiceKey> = []
    var asked: [Int: Question] = [:]
    var used: [Slot: Int] = [:]
    /// Held questions that were abandoned: Consul (1.8.7) doesn't notice that nobody waits any more, and counts the
    /// connection until the wait is over.
    var ghosts = DueQueue<Void>()
    private var lastNumber = 0
    var isSuspended = false
    /// Why nobody can be asked, for services that come meanwhile.
    private var outage: String?
    var actions: [Action] = []

    /// The youngest first, so that a new service doesn't wait behind ten thousand others.
    var fresh: [Turn] = []
    /// Those whose last question failed.
    var suspects = FIFO<Turn>()
    var round = FIFO<Turn>()
    var pauses = DueQueue<Turn>()
    var pace: ProbePace
    /// How long the service waited for its turn that was probed last.
    var lastWait = Duration.zero
    /// When a question was last answered that wasn't held.
    var progressAt: Instant
    var inspectAt: Instant

    init(_ limits: WatchLimits, now: Instant) {
        self.limits = limits
        pace = ProbePace(most: limits.probesPerSecond, shortestRound: limits.shortestRound, now: now)
        progressAt = now
        inspectAt = now + limits.inspection
    }

    /// By how much what is known of a service may be behind.
    var stalenessBound: Duration {
        isCrowded || ghosts.earliest != nil && cold > 0 ? max(pace.round(of: cold), lastWait) : .zero
    }

    private var isCrowded: Bool { services.count > limits.held }

    /// How many services may have a held question. With more services some are left free, for those that change.
    var hotLimit: Int { isCrowded ? limits.held - limits.spare : limits.held }

    /// How many services are not held.
    var cold: Int { services.count - used[.held, default: 0] }

    /// When `due` wants to be called.
    var wake: Instant? {
        guard !services.isEmpty, !isSuspended else { return nil }
        var wake = inspectAt
        if let due = pauses.earliest { wake = min(wake, due) }
        if !round.isEmpty, used[.probe, default: 0] < limits.probes {
            wake = min(wake, pace.next(of: cold))
        }
        return wake
    }

    /// Sets the services to watch.
    mutating func watch(_ wanted: Set<ServiceKey>, at now: Instant) -> [Action] {
        for key in services.keys where !wanted.contains(key) {
            abandon(key)
            services[key] = nil
            hot.remove(key)
        }
        if services.isEmpty { lastWait = .zero }
        for key in wanted where services[key] == nil {
            services[key] = WatchedService(backoff: limits.backoff, now: now)
            enlist(key, at: now)
            if let outage { report(failure: outage, of: key, pause: nil) }
        }
        if hot.count < hotLimit, hot.count < services.count {
            for (key, service) in services where hot.count < hotLimit && service.place == .cold {
                hot.insert(key)
                enlist(key, at: now)
            }
        }
        return flush(now)
    }

    /// Time has passed.
    mutating func due(at now: Instant) -> [Action] {
        while ghosts.pop(at: now) != nil {}
        guard !isSuspended else { return [] }
        while let turn = pauses.pop(at: now) {
            if isValid(turn) { enlist(turn.service, at: now) }
        }
        if inspectAt <= now {
            inspectAt = now + limits.inspection
            inspect(now)
        }
        return flush(now)
    }

    /// Nobody is to be asked for now.
    mutating func suspend(at now: Instant) -> [Action] {
        isSuspended = true
        for key in services.keys {
            abandon(key)
            services[key]?.move(to: .idle, at: now)
        }
        return flush(now)
    }

    /// All services are to be told that nobody can be asked.
    /// - Parameter pause: until an agent is tried again.
    mutating func fail(_ reason: String, pause: Duration?, at now: Instant) -> [Action] {
        outage = reason
        for key in services.keys { report(failure: reason, of: key, pause: pause) }
        return flush(now)
    }

    /// Everything is asked anew, whatever was known before: of another agent, or one that may have other data.
    mutating func resume(ofAnother: Bool = false, at now: Instant) -> [Action] {
        if ofAnother { ghosts.removeAll() }
        while ghosts.pop(at: now) != nil {}
        isSuspended = false
        outage = nil
        inspectAt = now + limits.inspection
        progressAt = now
        fresh = []
        suspects.removeAll()
        round.removeAll()
        pauses.removeAll()
        for key in services.keys {
            abandon(key)
            services[key]?.query = BlockingQueryState()
            services[key]?.asksLeader = false
            services[key]?.isSuspect = false
            enlist(key, at: now)
        }
        return flush(now)
    }

    func isValid(_ turn: Turn) -> Bool { services[turn.service]?.turn == turn.number }

    /// Puts a service where its next question comes from.
    mutating func enlist(_ key: ServiceKey, at now: Instant) {
        guard var service = services[key] else { return }
        defer { services[key] = service }
        guard !isSuspended else { return service.move(to: .idle, at: now) }
        let isHot = hot.contains(key)
        if service.query.index == nil || (service.failures > 0 && !isHot) {
            service.move(to: .queued, at: now)
            let turn = Turn(service: key, number: service.turn)
            if service.isSuspect { suspects.append(turn) } else { fresh.append(turn) }
        } else if isHot, used[.held, default: 0] + ghosts.count < limits.held {
            let wait = isCrowded ? min(limits.wait, Self.crowdedWait) : limits.wait
            let mode = HealthQuestion.Mode.watch(index: service.query.index, wait: wait)
            ask(&service, HealthQuestion(service: key, mode: mode), .held, now)
        } else {
            service.move(to: .cold, at: now)
            round.append(Turn(service: key, number: service.turn))
        }
    }

    mutating func ask(_ service: inout WatchedService, _ question: HealthQuestion, _ slot: Slot, _ now: Instant) {
        lastNumber += 1
        var wait = Duration.zero
        if case .watch(_, let longest) = question.mode { wait = longest }
        asked[lastNumber] = Question(service: question.service, slot: slot, wait: wait, askedAt: now)
        used[slot, default: 0] += 1
        service.move(to: .asking(lastNumber), at: now)
        actions.append(.ask(lastNumber, question))
    }

    /// The question is over, one way or the other.
    mutating func end(_ number: Int) -> Question? {
        guard let question = asked.removeValue(forKey: number) else { return nil }
        used[question.slot, default: 1] -= 1
        return question
    }

    mutating func abandon(_ key: ServiceKey) {
        guard case .asking(let number) = services[key]?.place, let question = end(number) else { return }
        if question.slot == .held {
            // As long as Consul may hold it.
            ghosts.insert((), at: question.askedAt + question.wait + question.wait / 16)
        }
        actions.append(.abandon(number))
    }

    mutating func report(failure reason: String, of key: ServiceKey, pause: Duration?) {
        services[key]?.failures += 1
        guard let service = services[key] else { return }
        actions.append(
            .report(
                WatchReport(
                    service: key, outcome: .failure(reason: reason), failures: service.failures, pause: pause,
                    restarts: service.restarts)))
    }
}
