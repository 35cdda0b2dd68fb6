internal import Logging
internal import RoutingModel
internal import Synchronization

/// Does what a `WatchSchedule` and an `AgentMonitor` decide: asks, waits, reports and logs. One loop for all services;
/// each question is a task of its own that ends with an event.
struct WatchLoop {
    enum Event: Sendable {
        case watch(Set<ServiceKey>)
        case answered(Int, HealthAnswer)
        case probed(Int, UInt64)
        case failed(Int, ConsulFailure)
        case beat(Int, Result<Bool, ConsulFailure>)
        /// All that is known may be other than it was: ask anew.
        case refresh
        case wake
    }

    /// What others want to know while the loop runs.
    struct Shared: Sendable {
        var agent = 0
        var stalenessBound = Duration.zero
    }

    private let client: ConsulClient
    private let logger: Logger
    private let send: AsyncStream<Event>.Continuation
    private let report: AsyncStream<ServiceObservation>.Continuation

    private var schedule: WatchSchedule
    private var monitor: AgentMonitor
    private var questions: [Int: Task<Void, Never>] = [:]
    private var heartbeat: (number: Int, sentAt: ContinuousClock.Instant, task: Task<Void, Never>)?
    private var beats = 0
    private var alarm: (at: ContinuousClock.Instant, task: Task<Void, Never>)?
    /// When all services were last told that no agent can be asked.
    private var toldAt: ContinuousClock.Instant?
    private var isCrowded = false
    /// Heartbeats in a row that told of no leader. An election takes about one; after more what an agent says may be
    /// old, and nothing can change.
    private var leaderlessBeats = 0
    private static let leaderlessLimit = 2
    private var isLeaderless: Bool { leaderlessBeats >= Self.leaderlessLimit }
    private static let noLeader = "Consul has no leader: what it says may be old"

    init(
        client: ConsulClient, logger: Logger, send: AsyncStream<Event>.Continuation,
        report: AsyncStream<ServiceObservation>.Continuation
    ) {
        self.client = client
        self.logger = logger
        self.send = send
        self.report = report
        let configuration = client.configuration
        let now = ContinuousClock.now
        schedule = WatchSchedule(WatchLimits(configuration), now: now)
        // An outage of the agent concerns all services: it is looked for its end more often than for one service's.
        let longest = max(configuration.backoff.lowerBound, min(configuration.backoff.upperBound, .seconds(5)))
        monitor = AgentMonitor(
            addresses: configuration.addresses, interval: configuration.heartbeat,
            pauses: Backoff(configuration.backoff.lowerBound...longest), now: now)
    }

    /// Goes on until the task is cancelled, whatever happens.
    mutating func run(_ events: AsyncStream<Event>, _ shared: borrowing Mutex<Shared>) async {
        for await event in events {
            handle(event, at: .now)
            let (agent, bound) = (monitor.agent, schedule.stalenessBound)
            shared.withLock { $0 = Shared(agent: agent, stalenessBound: bound) }
            setAlarm()
        }
        alarm?.task.cancel()
        heartbeat?.task.cancel()
        for question in questions.values { question.cancel() }
    }

    private mutating func handle(_ event: Event, at now: ContinuousClock.Instant) {
        switch event {
        case .watch(let services):
            perform(schedule.watch(services, at: now))
            tellCrowd(services.count)
        case .answered(let number, let answer):
            guard questions.removeValue(forKey: number) != nil else { return }
            monitor.answered(at: now)
            perform(schedule.answered(number, answer, at: now))
        case .probed(let number, let index):
            guard questions.removeValue(forKey: number) != nil else { return }
            monitor.answered(at: now)
            perform(schedule.probed(number, index, at: now))
        case .failed(let number, let failure):
            guard questions.removeValue(forKey: number) != nil else { return }
            let isLocal = schedule.asked[number]?.service.datacenter.isEmpty ?? true
            perform(schedule.failed(number, failure, at: now, chance: .random(in: 0..<1)))
            follow(
                monitor.questionFailed(failure, isLocal: isLocal, at: now, chance: .random(in: 0..<1)), at: now)
        case .beat(let number, let result):
            guard heartbeat?.number == number else { return }
            heartbeat = nil
            beat(result, at: now)
        case .refresh:
            guard monitor.isUp else { return }
            perform(schedule.suspend(at: now))
            perform(schedule.resume(at: now))
        case .wake:
            alarm = nil
            perform(schedule.due(at: now))
            if let end = heartbeatEnd, end <= now {
                heartbeat?.task.cancel()
                heartbeat = nil
                beat(.failure(ConsulFailure(kind: .unanswered, reason: "A heartbeat of Consul never ended")), at: now)
            }
            if let due = monitor.nextBeat, due <= now, heartbeat == nil, !schedule.services.isEmpty { sendBeat(now) }
        }
    }

    private mutating func perform(_ actions: [WatchSchedule.Action]) {
        for action in actions {
            switch action {
            case .ask(let number, let question): ask(number, question)
            case .abandon(let number): questions.removeValue(forKey: number)?.cancel()
            case .report(var told):
                if isLeaderless, case .answer = told.outcome { told.outcome = .failure(reason: Self.noLeader) }
                log(told)
                report.yield(told.observation(at: .now()))
            case .restarted(let service, let silent):
                logger.error(
                    "Nothing has come from the watch of a service: it begins anew",
                    metadata: ["service": "\(service)", "silent": "\(silent)"])
            }
        }
    }

    private mutating func ask(_ number: Int, _ question: HealthQuestion) {
        let agent = monitor.agent
        questions[number] = Task { [client, send] in
            do {
                if question.mode == .probe {
                    send.yield(.probed(number, try await client.index(question, of: agent)))
                } else {
                    send.yield(.answered(number, try await client.ask(question, of: agent)))
                }
            } catch {
                // Also when it was cancelled: then nobody waits for it any more.
                send.yield(.failed(number, client.failure(error, of: agent)))
            }
        }
    }

    // MARK: The agent

    private mutating func sendBeat(_ now: ContinuousClock.Instant) {
        monitor.beatSent(at: now)
        let agent = monitor.agent
        beats += 1
        let task = Task { [client, send, number = beats] in
            do {
                send.yield(.beat(number, .success(try await client.knowsLeader(agent))))
            } catch {
                send.yield(.beat(number, .failure(client.failure(error, of: agent))))
            }
        }
        heartbeat = (beats, now, task)
    }

    /// When a heartbeat is given up that should have ended by itself.
    private var heartbeatEnd: ContinuousClock.Instant? {
        heartbeat.map { $0.sentAt + client.configuration.heartbeatTimeout * 2 }
    }

    private mutating func beat(_ result: Result<Bool, ConsulFailure>, at now: ContinuousClock.Instant) {
        switch result {
        case .success(let hasLeader):
            let had = monitor.hasLeader ?? true
            follow(monitor.beatAnswered(hasLeader: hasLeader, at: now), at: now)
            if had != hasLeader {
                logger.log(
                    level: hasLeader ? .notice : .warning,
                    hasLeader ? "Consul has a leader again" : "\(Self.noLeader)",
                    metadata: ["consul": "\(address(monitor.agent))"])
            }
            elected(hasLeader, at: now)
        case .failure(let failure):
            logger.debug("A heartbeat of Consul failed", metadata: ["reason": "\(failure.reason)"])
            follow(monitor.beatFailed(failure, at: now, chance: .random(in: 0..<1)), at: now)
        }
    }

    private mutating func elected(_ hasLeader: Bool, at now: ContinuousClock.Instant) {
        let was = isLeaderless
        leaderlessBeats = hasLeader ? 0 : leaderlessBeats + 1
        if isLeaderless, !was {
            tell(Self.noLeader, now)
        } else if was, !isLeaderless {
            toldAt = nil
            perform(schedule.suspend(at: now))
            perform(schedule.resume(at: now))
        }
    }

    private mutating func follow(_ verdict: AgentMonitor.Verdict, at now: ContinuousClock.Instant) {
        switch verdict {
        case .goOn: break
        case .searching(let reason):
            perform(schedule.suspend(at: now))
            logger.warning("\(reason)", metadata: ["next": "\(address(monitor.agent))"])
        case .found(let before):
            if before != monitor.agent {
                logger.warning(
                    "Another Consul agent is asked from now on",
                    metadata: ["before": "\(address(before))", "now": "\(address(monitor.agent))"])
            } else {
                logger.notice("Consul answers again", metadata: ["consul": "\(address(before))"])
            }
            toldAt = nil
            perform(schedule.resume(ofAnother: before != monitor.agent, at: now))
        case .lost(let reason):
            logger.error("\(reason)", metadata: ["services": "\(schedule.services.count)"])
            perform(schedule.suspend(at: now))
            tell(reason, now)
        case .stillLost(let reason):
            // Ten thousand services needn't be told every few seconds.
            let pause = Duration.seconds(schedule.services.count) / 500
            if let toldAt, toldAt.duration(to: now) < pause { return }
            tell(reason, now)
        }
    }

    private mutating func tell(_ reason: String, _ now: ContinuousClock.Instant) {
        toldAt = now
        let pause = monitor.nextBeat.map { max(.zero, now.duration(to: $0)) }
        perform(schedule.fail(reason, pause: pause, at: now))
    }

    private func address(_ agent: Int) -> String { client.configuration.addresses[agent] }

    // MARK: Time

    /// Has the loop woken when something is due next.
    private mutating func setAlarm() {
        var due = schedule.wake
        if let beat = heartbeatEnd ?? monitor.nextBeat, !schedule.services.isEmpty { due = min(due ?? beat, beat) }
        // One that rings too early costs nothing.
        guard let due, alarm.map({ due < $0.at }) ?? true else { return }
        alarm?.task.cancel()
        let task = Task { [send] in
            try? await Task.sleep(until: due, tolerance: .milliseconds(1), clock: .continuous)
            if !Task.isCancelled { send.yield(.wake) }
        }
        alarm = (due, task)
    }

    // MARK: Words

    private func log(_ told: WatchReport) {
        var metadata: Logger.Metadata = ["service": "\(told.service)"]
        switch told.outcome {
        case .answer:
            if told.failures > 0 { logger.info("Consul answers again about a service", metadata: metadata) }
        case .failure(let reason):
            metadata["failures"] = "\(told.failures)"
            if let pause = told.pause { metadata["pause"] = "\(pause)" }
            // An outage of the agent was told once for all.
            logger.log(level: told.failures == 1 && monitor.isUp ? .warning : .debug, "\(reason)", metadata: metadata)
        }
    }

    private mutating func tellCrowd(_ count: Int) {
        let watches = client.configuration.watches
        if count > watches, !isCrowded {
            logger.notice(
                "More services than questions that Consul may hold: those that change least are asked about in rounds",
                metadata: [
                    "services": "\(count)", "watches": "\(watches)", "round": "\(schedule.stalenessBound)",
                ])
        }
        isCrowded = count > watches
    }
}
