extension WorkerReport.Traffic {
    package var key: TrafficKey { TrafficKey(route: route, group: group, peer: peer) }

    /// - Parameter number: see the property.
    package init(_ key: TrafficKey, _ counters: TrafficCounters, active: Int, number: Int) {
        self.init(
            route: key.route, group: key.group, peer: key.peer, requests: counters[TrafficCounters.Place.requests],
            forced: counters[TrafficCounters.Place.forced],
            statuses: counters.numbers(TrafficCounters.Place.statuses), failures: counters.failures,
            retries: counters[TrafficCounters.Place.retries], active: active,
            latency: counters.numbers(TrafficCounters.Place.latency),
            latencySum: counters[TrafficCounters.Place.latencySum], number: number)
    }

    /// The same numbers by place. Reasons that aren't known here are counted together.
    package var counters: TrafficCounters {
        var result = TrafficCounters()
        result.append(requests, at: TrafficCounters.Place.requests)
        result.append(forced, at: TrafficCounters.Place.forced)
        result.append(retries, at: TrafficCounters.Place.retries)
        for (place, number) in zip(TrafficCounters.Place.statuses, statuses) { result.append(number, at: place) }
        if !failures.isEmpty {
            var rest = failures
            for (place, reason) in zip(TrafficCounters.Place.failures, TrafficCounters.reasons.dropLast()) {
                if let number = rest.removeValue(forKey: reason) { result.append(number, at: place) }
            }
            let others = rest.values.reduce(0) { min($0 + min($1, TrafficCounters.most), TrafficCounters.most) }
            result.append(others, at: TrafficCounters.Place.failures.upperBound - 1)
        }
        result.append(latencySum, at: TrafficCounters.Place.latencySum)
        for (place, number) in zip(TrafficCounters.Place.latency, latency) { result.append(number, at: place) }
        return result
    }
}

extension TrafficCounters {
    /// What stands in `places`, without the zeros at the end.
    package func numbers(_ places: Range<Int>) -> [Int] {
        var result: [Int] = []
        forEach { place, number in
            guard places.contains(place) else { return }
            while result.count < place - places.lowerBound { result.append(0) }
            result.append(number)
        }
        return result
    }

    /// How often tries failed, by reason; only those that aren't 0.
    package var failures: [String: Int] {
        var result: [String: Int] = [:]
        forEach { place, number in
            guard Place.failures.contains(place) else { return }
            result[Self.reasons[place - Place.failures.lowerBound]] = number
        }
        return result
    }
}
