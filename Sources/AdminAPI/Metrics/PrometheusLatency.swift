internal import RoutingModel

/// A histogram of latencies that workers counted: every fourth of its bounds, which is one for each factor of four.
struct PrometheusLatency: PrometheusSeries {
    private static let step = 4

    private let counts: [Int]
    private let microseconds: Int

    init(_ counters: TrafficCounters) {
        counts = counters.numbers(TrafficCounters.Place.latency)
        microseconds = counters[TrafficCounters.Place.latencySum]
    }

    func render(name: String, labels: String, into text: inout String) {
        let prefix = labels.isEmpty ? "" : "\(labels),"
        var total = 0
        for (place, bound) in LatencyHistogram.bounds.enumerated() {
            if place < counts.count { total += counts[place] }
            guard place % Self.step == 0 else { continue }
            text += "\(name)_bucket{\(prefix)le=\"\(PrometheusNumber.text(Double(bound) / 1e6))\"} \(total)\n"
        }
        if counts.count > LatencyHistogram.boundCount { total += counts[LatencyHistogram.boundCount] }
        text += "\(name)_bucket{\(prefix)le=\"+Inf\"} \(total)\n"
        let suffix = labels.isEmpty ? "" : "{\(labels)}"
        text += "\(name)_sum\(suffix) \(PrometheusNumber.text(Double(microseconds) / 1e6))\n"
        text += "\(name)_count\(suffix) \(total)\n"
    }
}
