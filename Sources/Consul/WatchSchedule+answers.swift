internal import RoutingModel

/// What becomes of questions.
extension WatchSchedule {
    /// A question for all that a service has was answered.
    mutating func answered(_ number: Int, _ answer: HealthAnswer, at now: Instant) -> [Action] {
        guard let question = end(number), var service = services[question.service] else { return flush(now) }
        let key = question.service
        if question.slot != .held { progressAt = now }
        let index = service.query.answered(header: answer.index)
        let isNews = service.digest != answer.digest
        let pause = service.rate.answered(at: now, news: isNews)
        actions.append(
            .report(
                WatchReport(
                    service: key, outcome: .answer(index, answer),
                    // After an outage of the agent they weren't the service's own.
                    failures: service.isSuspect ? service.failures : 0, pause: pause > .zero ? pause : nil,
                    restarts: service.restarts)))
        let isChange = isNews && service.digest != nil
        service.digest = answer.digest
        service.backoff.succeeded()
        service.failures = 0
        service.isSuspect = false
        service.asksLeader = false
        service.answeredAt = now
        if isChange { service.changedAt = now }
        services[key] = service
        // Not before its first answer: services that Consul can't answer for hold nothing.
        if hot.count < hotLimit { hot.insert(key) }
        if isChange { promote(key, at: now) }
        proceed(key, after: pause, at: now)
        return flush(now)
    }

    /// A question for a service's index was answered.
    /// - Parameter index: as it counts, at least 1.
    mutating func probed(_ number: Int, _ index: UInt64, at now: Instant) -> [Action] {
        guard let question = end(number), let known = services[question.service]?.query.index else { return flush(now) }
        if index != known {
            // A server that lags has a lower index, and older instances. One that was restored has, too.
            services[question.service]?.asksLeader = index < known
            services[question.service]?.query = BlockingQueryState()
        }
        enlist(question.service, at: now)
        return flush(now)
    }

    /// A question failed.
    /// - Parameter chance: 0 ..< 1, for the length of the pause.
    mutating func failed(_ number: Int, _ failure: ConsulFailure, at now: Instant, chance: Double) -> [Action] {
        guard let question = end(number) else { return flush(now) }
        let key = question.service
        services[key]?.query.failed(failure.kind)
        services[key]?.isSuspect = true
        services[key]?.asksLeader = false
        let usual = services[key]?.backoff.failed(chance: chance) ?? .zero
        let pause = max(usual, failure.retryAfter ?? .zero)
        report(failure: failure.reason, of: key, pause: pause)
        proceed(key, after: pause, at: now)
        return flush(now)
    }

    private mutating func proceed(_ key: ServiceKey, after pause: Duration, at now: Instant) {
        guard pause > .zero else { return enlist(key, at: now) }
        services[key]?.move(to: .pausing(until: now + pause), at: now)
        guard let service = services[key] else { return }
        pauses.insert(Turn(service: key, number: service.turn), at: now + pause)
    }

    /// The service has changed: if it has no held question, it takes that of the one that has been quiet for longest.
    private mutating func promote(_ key: ServiceKey, at now: Instant) {
        guard !hot.contains(key) else { return }
        while hot.count >= hotLimit {
            var quiet: (key: ServiceKey, changedAt: Instant)?
            for key in hot {
                guard let changedAt = services[key]?.changedAt, changedAt < quiet?.changedAt ?? now else { continue }
                quiet = (key, changedAt)
            }
            guard let quiet, quiet.changedAt.duration(to: now) >= Self.hotTime else { return }
            hot.remove(quiet.key)
            if case .asking(let number) = services[quiet.key]?.place, asked[number]?.slot == .held {
                abandon(quiet.key)
                enlist(quiet.key, at: now)
            }
        }
        hot.insert(key)
    }

    /// Asks whatever may be asked now.
    /// - Returns: all that has come up since the last time.
    mutating func flush(_ now: Instant) -> [Action] {
        if !isSuspended {
            while used[.immediate, default: 0] + used[.suspect, default: 0] < limits.immediate,
                let turn = fresh.popLast()
            {
                askAtOnce(turn, .immediate, now)
            }
            while used[.immediate, default: 0] + used[.suspect, default: 0] < limits.immediate,
                used[.suspect, default: 0] < limits.suspects, let turn = suspects.popFirst()
            {
                askAtOnce(turn, .suspect, now)
            }
            probe(now)
        }
        defer { actions = [] }
        return actions
    }

    private mutating func askAtOnce(_ turn: Turn, _ slot: Slot, _ now: Instant) {
        guard isValid(turn), var service = services[turn.service] else { return }
        let mode: HealthQuestion.Mode = service.asksLeader ? .confirm : .watch(index: nil, wait: limits.wait)
        ask(&service, HealthQuestion(service: turn.service, mode: mode), slot, now)
        services[turn.service] = service
    }

    private mutating func probe(_ now: Instant) {
        let cold = cold
        while used[.probe, default: 0] < limits.probes, !round.isEmpty, pace.take(of: cold, at: now) {
            // Those that have left the round cost nothing.
            var next = round.popFirst()
            while let turn = next, !isValid(turn) { next = round.popFirst() }
            guard let turn = next, var service = services[turn.service] else { return }
            lastWait = service.since.duration(to: now)
            let isOld = (service.answeredAt?.duration(to: now)).map { $0 >= limits.refresh } ?? true
            if isOld { service.query = BlockingQueryState() }
            let mode: HealthQuestion.Mode = isOld ? .watch(index: nil, wait: limits.wait) : .probe
            ask(&service, HealthQuestion(service: turn.service, mode: mode), .probe, now)
            services[turn.service] = service
        }
    }
}
