internal import RoutingModel

/// Decides which of Consul's complete answers are believed. Pure: events go in, what is to be done comes out.
///
/// An answer that takes much away is asked for a second time, past any server that may lag. It is held, and what was
/// known stays in force, while that gets no answer, or one that speaks of lost data: an index that went back, an empty
/// catalogue, many services gone at once. What is held is asked about again, so that nothing needs help to recover.
struct DiscoveryGuard {
    enum Action: Equatable {
        case believe(ServiceObservation)
        /// Ask about the service once more, and hand what comes back to `confirmed` with the number.
        case ask(ServiceKey, number: Int)
        /// Keep what is known of the service; it is stale for the answer's reason. `isNew`: it was not held before.
        case hold(ServiceKey, HeldAnswer, isNew: Bool)
        /// Call `waited` with the number after the pause.
        case wait(ServiceKey, number: Int, pause: Duration)
        /// An answer was not confirmed, and that is settled: a sentence for the ledger, once a minute at most.
        case refute(ServiceKey, cause: String)
        /// A service was believed to be gone and is held now: it gets back what it had.
        case putBack(CatalogService)
    }

    /// An answer that is not believed yet.
    private struct Suspicion {
        /// Tells the question that is in flight from an older one.
        var number = 0
        var would: String
        var answer: ServiceObservation
        var held: HeldAnswer?
        /// Questions that ended in holding it.
        var checks = 0
    }

    let policy: GuardPolicy
    private var suspicions: [ServiceKey: Suspicion] = [:]
    /// By datacenter.
    private var losses: [String: MassLoss] = [:]
    /// Services of a datacenter that were lost from sight, by name, with why, until each is seen again: the index may
    /// have outgrown the old one by the time that the next answer about them comes.
    private var lost: [String: [String: String]] = [:]
    private var numbers = 0
    /// When it was told last that an answer was not confirmed: a server that lags for long would fill the ledger.
    private var refutedAt: [ServiceKey: ContinuousClock.Instant] = [:]
    private static let refutationPause = Duration.seconds(60)

    init(policy: GuardPolicy) { self.policy = policy }

    /// What is held of a service.
    func held(_ key: ServiceKey) -> HeldAnswer? { suspicions[key]?.held }

    var holds: [ServiceKey: HeldAnswer] { suspicions.compactMapValues(\.held) }

    /// Whether no answer waits to be believed.
    var isCalm: Bool { suspicions.isEmpty }

    // MARK: Events

    /// What is known of a service now, whatever made it so.
    mutating func knows(_ service: CatalogService) {
        losses[service.key.datacenter, default: MassLoss()].knows(
            service.key.name, hasInstances: !service.instances.isEmpty)
    }

    /// Discovery has said something.
    /// - Parameter alarm: what believing it would do, when that is too much to be believed at once.
    mutating func observed(_ observation: ServiceObservation, alarm: String?) -> [Action] {
        let key = observation.key
        guard case .answer = observation.outcome else { return [.believe(observation)] }
        guard let alarm else {
            // An answer that takes nothing away settles what an earlier one has asked; a failure doesn't.
            end(key)
            found(key)
            return [.believe(observation)]
        }
        var suspicion = suspicions[key] ?? Suspicion(would: alarm, answer: observation)
        suspicion.would = alarm
        suspicion.answer = observation
        suspicions[key] = suspicion
        return ask(key)
    }

    /// The second question about a service was answered.
    /// - Parameters:
    ///   - alarm: what believing that answer would do; nil when it may be believed.
    ///   - known: what is known of the service.
    mutating func confirmed(
        _ key: ServiceKey, number: Int, _ confirmation: DiscoveryConfirmation, alarm: String?, known: CatalogService,
        at now: ContinuousClock.Instant
    ) -> [Action] {
        // A newer answer may have settled it, or asked a question of its own.
        guard let suspicion = suspicions[key], suspicion.number == number else { return [] }
        let answer = confirmation.observation
        guard case .answer(let index, let instances, let skipped) = answer.outcome else {
            guard case .failure(let reason) = answer.outcome else { return [] }
            return hold(key, "could not be confirmed: \(reason)", at: answer.at)
        }
        guard let alarm else {
            end(key)
            found(key)
            let isTold = refutedAt[key].map { now - $0 < Self.refutationPause } ?? false
            guard suspicion.held == nil, !isTold else { return [.believe(answer)] }
            refutedAt[key] = now
            let cause =
                "An answer that would \(suspicion.would) was not confirmed: the leader still lists "
                + (instances.count == 1 ? "1 instance." : "\(instances.count) instances.")
            return [.refute(key, cause: cause), .believe(answer)]
        }
        suspicions[key]?.would = alarm
        suspicions[key]?.answer = answer
        if let reason = disbelief(in: index, of: key, known: known) { return hold(key, reason, at: answer.at) }
        if instances.isEmpty, skipped.isEmpty {
            return vanished(key, answer, would: alarm, confirmation.catalogue, known: known, at: now)
        }
        end(key)
        return [.believe(answer)]
    }

    /// A pause is over.
    mutating func waited(_ key: ServiceKey, number: Int) -> [Action] {
        guard let suspicion = suspicions[key], suspicion.number == number else { return [] }
        return ask(key)
    }

    /// An operator says that the held answer is true.
    /// - Returns: what is to be believed; nil when nothing is held.
    mutating func accept(_ key: ServiceKey) -> ServiceObservation? {
        guard let suspicion = suspicions[key], suspicion.held != nil else { return nil }
        losses[key.datacenter]?.accept(key.name)
        end(key)
        found(key)
        return suspicion.answer
    }

    /// A service is not watched any more.
    mutating func forget(_ key: ServiceKey) {
        end(key)
        found(key)
        refutedAt[key] = nil
        losses[key.datacenter]?.forget(key.name)
        if losses[key.datacenter]?.isEmpty == true { losses[key.datacenter] = nil }
    }

    // MARK: Steps

    /// Why a confirmed answer that takes much away can't be believed for its index; nil when it can.
    ///
    /// Whatever takes an instance away raises the index of its service (Consul's "Blocking Queries"). One that stayed is
    /// that of an answer from which something is hidden; one that went back is that of other data.
    private mutating func disbelief(in index: UInt64, of key: ServiceKey, known: CatalogService) -> String? {
        let last = known.watch.consulIndex
        guard policy.checksIndex, last > 0 else { return nil }
        if index < last {
            let reason = "is held: Consul's index went back from \(last) to \(index): its data may have been lost."
            for name in losses[key.datacenter]?.populated ?? [] { lost[key.datacenter, default: [:]][name] = reason }
            return reason
        }
        if index == last {
            lost[key.datacenter, default: [:]][key.name] =
                "is held: Consul's index was still \(index): the instances may be hidden from the token, not gone."
        }
        return lost[key.datacenter]?[key.name]
    }

    /// What is known of a service is true again.
    private mutating func found(_ key: ServiceKey) {
        guard lost[key.datacenter]?.removeValue(forKey: key.name) != nil else { return }
        if lost[key.datacenter]?.isEmpty == true { lost[key.datacenter] = nil }
    }

    /// The leader says that the service has no instance left.
    private mutating func vanished(
        _ key: ServiceKey, _ answer: ServiceObservation, would: String, _ catalogue: Set<String>?,
        known: CatalogService, at now: ContinuousClock.Instant
    ) -> [Action] {
        guard let catalogue else {
            return hold(key, "could not be confirmed: Consul's catalogue could not be asked.", at: answer.at)
        }
        // Consul's own service is always there.
        guard !catalogue.isEmpty else {
            return hold(
                key, "is held: Consul lists no service at all, not even its own: the token may have lost its rights.",
                at: answer.at)
        }
        guard !catalogue.contains(key.name) else {
            return hold(
                key,
                "is held: Consul's catalogue still lists the service: the token may not read its nodes any more.",
                at: answer.at)
        }
        var loss = losses[key.datacenter, default: MassLoss()]
        defer { losses[key.datacenter] = loss }
        guard let extent = loss.extent(with: key.name, catalogue: catalogue, policy: policy, at: now) else {
            loss.believe(
                key.name, .init(at: now, before: known, answer: answer, would: would), within: policy.massWindow)
            suspicions[key] = nil
            return [.believe(answer)]
        }
        let reason =
            "is held: \(extent.gone) of \(extent.services) services are gone from Consul at once: "
            + "its data may have been lost."
        var actions: [Action] = []
        for companion in loss.hold(key.name, within: policy.massWindow, at: now) {
            let other = companion.before.key
            suspicions[other] = Suspicion(
                number: newNumber(), would: companion.would, answer: companion.answer)
            actions.append(.putBack(companion.before))
            actions += hold(other, reason, at: answer.at)
        }
        return actions + hold(key, reason, at: answer.at)
    }

    private mutating func hold(_ key: ServiceKey, _ why: String, at: Timestamp) -> [Action] {
        guard var suspicion = suspicions[key] else { return [] }
        suspicion.checks += 1
        // 0.5 to 30 s: the watch itself may be held for a minute before it says anything again.
        let milliseconds = min(30_000, 250 << min(suspicion.checks, 7))
        let isNew = suspicion.held == nil
        let held = HeldAnswer(
            since: suspicion.held?.since ?? at, reason: "An answer that would \(suspicion.would) \(why)",
            would: suspicion.would, instances: suspicion.answer.instanceCount,
            recheckAt: Timestamp(milliseconds: at.milliseconds + Int64(milliseconds)))
        suspicion.held = held
        suspicions[key] = suspicion
        return [
            .hold(key, held, isNew: isNew),
            .wait(key, number: suspicion.number, pause: .milliseconds(milliseconds)),
        ]
    }

    private mutating func ask(_ key: ServiceKey) -> [Action] {
        let number = newNumber()
        suspicions[key]?.number = number
        return [.ask(key, number: number)]
    }

    private mutating func newNumber() -> Int {
        numbers += 1
        return numbers
    }

    private mutating func end(_ key: ServiceKey) {
        suspicions[key] = nil
        losses[key.datacenter]?.release(key.name)
    }
}

extension ServiceObservation {
    /// Instances in an answer; 0 in a failure.
    fileprivate var instanceCount: Int {
        guard case .answer(_, let instances, _) = outcome else { return 0 }
        return instances.count
    }
}
