import AdminAPI
import Metrics
import ProxyWorker
import RoutingModel

extension ProxyWorker {
    /// Sets what a scrape shows: the sums over the event loops, which count without synchronisation.
    func recordMetrics(in registry: PrometheusRegistry) async {
        let statistics = await statistics()
        func set(_ name: String, _ value: Int, _ dimensions: [(String, String)] = []) {
            registry.set(counter: "signalbox_proxy_\(name)", dimensions, to: value)
        }
        func gauge(_ name: String, _ value: Int) { Gauge(label: "signalbox_proxy_\(name)").record(value) }
        set("requests", statistics.requests)
        for (status, count) in [
            ("2xx", statistics.responses2xx), ("3xx", statistics.responses3xx), ("4xx", statistics.responses4xx),
            ("5xx", statistics.responses5xx),
        ] {
            set("responses", count, [("status", status)])
        }
        for (reason, count) in [
            ("refused", statistics.refused), ("no_route", statistics.noRoute), ("no_peer", statistics.noPeer),
            ("overloaded", statistics.overloaded), ("upstream", statistics.upstreamErrors),
        ] {
            set("own_responses", count, [("reason", reason)])
        }
        for (reason, count) in [
            ("connect", statistics.connectFailures), ("connect_timeout", statistics.connectTimeouts),
            ("early_close", statistics.earlyCloses), ("truncated", statistics.truncatedResponses),
            ("malformed", statistics.malformedResponses), ("head_timeout", statistics.headTimeouts),
            ("stream_timeout", statistics.streamTimeouts),
        ] {
            set("upstream_failures", count, [("reason", reason)])
        }
        set("retries", statistics.retries + statistics.staleRetries)
        set("client_aborts", statistics.clientAborts)
        for (outcome, count) in [
            ("sent", statistics.mirrored), ("left_out", statistics.mirrorsLeftOut),
            ("failed", statistics.mirrorFailures),
        ] {
            set("mirrored", count, [("outcome", outcome)])
        }
        if let lines = accessLog {
            registry.set(counter: "signalbox_access_log_lines", [("outcome", "written")], to: lines.written)
            registry.set(counter: "signalbox_access_log_lines", [("outcome", "dropped")], to: lines.dropped)
        }
        gauge("active_requests", statistics.activeExchanges)
        gauge("client_connections", statistics.clientConnections)
        gauge("upstream_connections", statistics.upstreamConnections)
        gauge("idle_upstream_connections", statistics.idleUpstreamConnections)
    }

    /// Sets what a scrape of a worker shows of routes and groups. A control plane shows that of all its workers.
    /// - Parameters:
    ///   - age: of what is in force, in seconds; see `HTTPSnapshotSource.age`.
    ///   - isFromDisk: see `HTTPSnapshotSource.isFromDisk`.
    func recordTraffic(in registry: PrometheusRegistry, age: Double?, isFromDisk: Bool) async {
        await traffic.collect()
        var sums: [TrafficKey: (counters: TrafficCounters, active: Int)] = [:]
        traffic.totals.forEach { key, counters, active in
            let group = TrafficKey(route: key.route, group: key.group, peer: nil)
            sums[group, default: (TrafficCounters(), 0)].counters.add(counters)
            sums[group]?.active += active
        }
        registry.record(sums.map { ($0.key, $0.value.counters, $0.value.active) })
        registry.replace(gauge: "signalbox_worker_index", with: [([], Double(appliedIndex))])
        if let age { registry.replace(gauge: "signalbox_worker_snapshot_age_seconds", with: [([], age)]) }
        registry.replace(gauge: "signalbox_worker_snapshot_from_disk", with: [([], isFromDisk ? 1 : 0)])
    }
}
