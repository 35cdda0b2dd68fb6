internal import RoutingModel

/// Watches over the watches: none may fall silent without a word.
extension WatchSchedule {
    /// Begins watches anew from which nothing has come for far too long, and tells of those whose question waits.
    mutating func inspect(_ now: Instant) {
        for (key, service) in services {
            let silent = service.since.duration(to: now)
            if silent > longestSilence(of: service) {
                restart(key, silent, now)
            } else if service.place == .queued, !service.isOverdue, silent >= limits.grace,
                progressAt.duration(to: now) >= limits.grace
            {
                services[key]?.isOverdue = true
                report(
                    failure: "Consul could not be asked yet: it does not answer other questions", of: key, pause: nil)
            }
        }
    }

    /// How long it may stay at its place without anything having gone wrong here.
    private func longestSilence(of service: WatchedService) -> Duration {
        switch service.place {
        case .idle: .seconds(1 << 40)
        case .asking(let number): (asked[number]?.slot == .held ? limits.longest : limits.grace) * 3
        case .pausing(let end): service.since.duration(to: end) + limits.longest
        case .queued: limits.longest * 3
        case .cold: max(stalenessBound, limits.longest) * 3
        }
    }

    private mutating func restart(_ key: ServiceKey, _ silent: Duration, _ now: Instant) {
        abandon(key)
        services[key]?.restarts += 1
        services[key]?.isSuspect = true
        services[key]?.query = BlockingQueryState()
        actions.append(.restarted(key, silent: silent))
        let seconds = ((silent / .seconds(1)) * 10).rounded() / 10
        report(failure: "The watch was begun anew: nothing has come from it for \(seconds) s", of: key, pause: nil)
        enlist(key, at: now)
    }
}
