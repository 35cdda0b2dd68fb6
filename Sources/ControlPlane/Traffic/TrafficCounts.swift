package import RoutingModel

/// Counters as people and programs read them.
package struct TrafficCounts: Hashable, Sendable, Encodable {
    package struct Latency: Hashable, Sendable, Encodable {
        /// All in milliseconds. The quantiles are as exact as `LatencyHistogram`'s bounds.
        package let mean: Double
        package let p50: Double
        package let p90: Double
        package let p99: Double
    }

    package let requests: Int
    /// A second; nil where there is no window.
    package let perSecond: Double?
    /// Of the requests, those that a rule forced to the group.
    package let forced: Int
    package let retries: Int
    /// By `1xx` … `5xx`; only those that aren't 0.
    package let statuses: [String: Int]
    /// By reason; only those that aren't 0.
    package let failures: [String: Int]
    /// Nil when no peer has answered.
    package let latency: Latency?

    enum CodingKeys: String, CodingKey {
        case requests, perSecond = "per_second", forced, retries, statuses, failures, latency = "latency_ms"
    }

    /// - Parameter seconds: what they were counted in; nil for rates that nobody wants.
    package init(_ counters: TrafficCounters, seconds: Double? = nil) {
        requests = counters[TrafficCounters.Place.requests]
        perSecond = seconds.map { Self.rounded(Double(counters[TrafficCounters.Place.requests]) / max($0, 1)) }
        forced = counters[TrafficCounters.Place.forced]
        retries = counters[TrafficCounters.Place.retries]
        var statuses: [String: Int] = [:]
        for (place, number) in counters.numbers(TrafficCounters.Place.statuses).enumerated() where number > 0 {
            statuses["\(place + 1)xx"] = number
        }
        self.statuses = statuses
        failures = counters.failures
        let histogram = counters.numbers(TrafficCounters.Place.latency)
        let count = histogram.reduce(0, +)
        func quantile(_ share: Double) -> Double {
            Self.rounded((LatencyHistogram.quantile(share, histogram) ?? 0) / 1_000)
        }
        latency =
            count == 0
            ? nil
            : Latency(
                mean: Self.rounded(Double(counters[TrafficCounters.Place.latencySum]) / Double(count) / 1_000),
                p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99))
    }

    /// To three decimals.
    static func rounded(_ number: Double) -> Double { (number * 1_000).rounded() / 1_000 }
}
