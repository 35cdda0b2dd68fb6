package import RoutingModel

extension PrometheusRegistry {
    /// Shows what routes and groups have counted, in place of what was shown before. What is given for several peers of
    /// a group is summed up by the caller.
    package func record(_ traffic: [(key: TrafficKey, counters: TrafficCounters, active: Int)]) {
        typealias Series = (dimensions: [(String, String)], value: any PrometheusSeries)
        var (requests, failures, retries, latencies): ([Series], [Series], [Series], [Series]) = ([], [], [], [])
        var active: [(dimensions: [(String, String)], value: Double)] = []
        for (key, counters, current) in traffic {
            let labels = [("route", key.route), ("group", key.group ?? "")]
            for (place, number) in counters.numbers(TrafficCounters.Place.statuses).enumerated() where number > 0 {
                requests.append((labels + [("status", "\(place + 1)xx")], PrometheusSample(Double(number))))
            }
            for (reason, number) in counters.failures {
                failures.append((labels + [("reason", reason)], PrometheusSample(Double(number))))
            }
            retries.append((labels, PrometheusSample(Double(counters[TrafficCounters.Place.retries]))))
            latencies.append((labels, PrometheusLatency(counters)))
            active.append((labels, Double(current)))
        }
        replace("signalbox_route_requests_total", type: "counter", with: requests)
        replace("signalbox_route_failures_total", type: "counter", with: failures)
        replace("signalbox_route_retries_total", type: "counter", with: retries)
        replace("signalbox_route_latency_seconds", type: "histogram", with: latencies)
        replace(gauge: "signalbox_route_active_requests", with: active)
    }
}
