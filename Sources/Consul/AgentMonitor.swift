/// Whether an agent answers at all, and which one of several is asked.
///
/// It is asked for a sign of life now and then (a heartbeat, `GET /v1/status/leader`): a frozen agent keeps its
/// connections open, and what it holds would be waited for until the last deadline. Two heartbeats without any answer in
/// between, or a connection that can't be opened, and the next address is tried. Pure: the caller tells the time.
struct AgentMonitor {
    typealias Instant = ContinuousClock.Instant

    enum Verdict: Hashable {
        /// Nothing has changed.
        case goOn
        /// The agent is given up; `agent` is tried. Nothing else is to be asked until the search has ended.
        case searching(reason: String)
        /// `agent` answers; everything is to be asked anew. It may be another one than before, or have other data.
        case found(before: Int)
        /// None answers.
        case lost(reason: String)
        /// Nor does this one.
        case stillLost(reason: String)
    }

    /// A failure of one address is not told from one of its questions before so many of them were refused in a row.
    static let refusalLimit = 5
    /// How long an agent is kept that answers heartbeats, even if it refuses questions.
    static let shortestStay = Duration.seconds(30)

    private enum Phase { case up, searching, lost }

    /// The place of the address to ask.
    private(set) var agent = 0
    /// When the next heartbeat is due; nil while one is on its way.
    private(set) var nextBeat: Instant?
    /// What the last heartbeat said; nil before the first.
    private(set) var hasLeader: Bool?

    private let addresses: [String]
    private let interval: Duration
    private var pauses: Backoff
    private var phase = Phase.up
    /// The agent that was asked before the search.
    private var before = 0
    /// Agents that failed in this search.
    private var failed = 0
    /// When the last search ended.
    private var foundAt: Instant?
    private var heardAt: Instant
    private var sentAt: Instant
    private var endedAt: Instant?
    /// When the first heartbeat was sent that was missed.
    private var silentSince: Instant?
    private var refusals = 0

    /// - Parameter pauses: between vain rounds over all addresses.
    init(addresses: [String], interval: Duration, pauses: Backoff, now: Instant) {
        self.addresses = addresses
        self.interval = interval
        self.pauses = pauses
        nextBeat = now + interval
        heardAt = now
        sentAt = now
    }

    var isUp: Bool { phase == .up }

    /// A question was answered with status 200.
    mutating func answered(at now: Instant) {
        heardAt = now
        refusals = 0
    }

    /// A question failed.
    /// - Parameter isLocal: whether it was for the agent's own datacenter. Another one may be out of reach, which is not
    ///   the agent's fault.
    /// - Parameter chance: 0 ..< 1.
    mutating func questionFailed(_ failure: ConsulFailure, isLocal: Bool, at now: Instant, chance: Double) -> Verdict {
        switch failure.kind {
        case .refused(let status):
            heardAt = now
            return refused(status, isLocal, failure.reason, now, chance)
        case .unbelievable:
            heardAt = now
        case .unreachable, .unanswered:
            // The heartbeat tells whether that was one question or all.
            if let due = nextBeat, phase == .up {
                nextBeat = min(due, max(now, endedAt.map { $0 + min(.seconds(1), interval) } ?? now))
            }
        }
        return .goOn
    }

    /// A heartbeat was sent.
    mutating func beatSent(at now: Instant) {
        nextBeat = nil
        sentAt = now
    }

    mutating func beatAnswered(hasLeader: Bool, at now: Instant) -> Verdict {
        self.hasLeader = hasLeader
        return alive(now)
    }

    /// - Parameter chance: 0 ..< 1.
    mutating func beatFailed(_ failure: ConsulFailure, at now: Instant, chance: Double) -> Verdict {
        var isServerError = false
        if case .refused(let status) = failure.kind { isServerError = status >= 500 }
        guard phase == .up else {
            if case .refused = failure.kind, !isServerError || addresses.count == 1 { return alive(now) }
            return next(failure.reason, now, chance)
        }
        endedAt = now
        switch failure.kind {
        case .unreachable:
            return begin(failure.reason, now, chance)
        case .refused(let status):
            _ = alive(now)
            return refused(status, true, failure.reason, now, chance)
        case .unbelievable:
            return alive(now)
        case .unanswered:
            // A question may have been answered meanwhile: it is only slow.
            guard heardAt < sentAt else { return alive(heardAt) }
            guard let since = silentSince else {
                silentSince = sentAt
                nextBeat = now
                return .goOn
            }
            let seconds = Int((since.duration(to: now) / .seconds(1)).rounded(.up))
            return begin("Consul at \(addresses[agent]) has not answered for \(seconds) s", now, chance)
        }
    }

    private mutating func alive(_ now: Instant) -> Verdict {
        endedAt = now
        heardAt = max(heardAt, now)
        silentSince = nil
        nextBeat = now + interval
        guard phase != .up else { return .goOn }
        phase = .up
        refusals = 0
        foundAt = now
        pauses.succeeded()
        return .found(before: before)
    }

    private mutating func refused(
        _ status: Int, _ isLocal: Bool, _ reason: String, _ now: Instant, _ chance: Double
    ) -> Verdict {
        guard status >= 500, isLocal, phase == .up, addresses.count > 1 else { return .goOn }
        refusals += 1
        if let foundAt, foundAt.duration(to: now) < Self.shortestStay { return .goOn }
        return refusals < Self.refusalLimit ? .goOn : begin(reason, now, chance)
    }

    /// The search begins: this agent has failed.
    private mutating func begin(_ reason: String, _ now: Instant, _ chance: Double) -> Verdict {
        before = agent
        failed = 0
        phase = .searching
        return next(reason, now, chance)
    }

    /// `agent` has failed too.
    private mutating func next(_ reason: String, _ now: Instant, _ chance: Double) -> Verdict {
        endedAt = now
        silentSince = nil
        failed += 1
        agent = (agent + 1) % addresses.count
        let isRoundOver = failed.isMultiple(of: addresses.count)
        nextBeat = isRoundOver ? now + pauses.failed(chance: chance) : now
        if phase == .searching, !isRoundOver { return .searching(reason: reason) }
        let sentence =
            addresses.count == 1 ? reason : "None of \(addresses.count) Consul agents can be asked; the last: \(reason)"
        defer { phase = .lost }
        return phase == .lost ? .stillLost(reason: sentence) : .lost(reason: sentence)
    }
}
