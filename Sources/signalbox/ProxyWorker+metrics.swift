import Metrics
import ProxyWorker

extension ProxyWorker {
    /// Sets the gauges that a scrape shows: the sums over the event loops, which count without synchronisation.
    func recordMetrics() async {
        let statistics = await statistics()
        func set(_ name: String, _ value: Int, _ dimensions: [(String, String)] = []) {
            Gauge(label: "signalbox_proxy_\(name)", dimensions: dimensions).record(value)
        }
        set("requests", statistics.requests)
        for (status, count) in [
            ("2xx", statistics.responses2xx), ("3xx", statistics.responses3xx), ("4xx", statistics.responses4xx),
            ("5xx", statistics.responses5xx),
        ] {
            set("responses", count, [("status", status)])
        }
        for (reason, count) in [
            ("refused", statistics.refused), ("no_route", statistics.noRoute), ("no_peer", statistics.noPeer),
            ("upstream", statistics.upstreamErrors),
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
        set("active_requests", statistics.activeExchanges)
        set("client_connections", statistics.clientConnections)
        set("upstream_connections", statistics.upstreamConnections)
        set("idle_upstream_connections", statistics.idleUpstreamConnections)
    }
}
