internal import HashTreeCollections
internal import Logging
internal import Metrics
internal import RoutingEngine
internal import RoutingModel
internal import ServiceLifecycle

extension ControlPlane: Service {
    /// Follows discovery until graceful shutdown; then answers whoever waits and writes down what is known.
    package func run() async throws {
        startRecording()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await cancelWhenGracefulShutdown { await self.followDiscovery() } }
            group.addTask { try? await gracefulShutdown() }
            group.addTask { await cancelWhenGracefulShutdown { await self.watchWorkers() } }
            // Without discovery the first task ends at once: the second holds the service up.
            await group.waitForAll()
        }
        releaseWatchers()
        await flushRecords()
    }

    /// Gauges with a series for each group or worker: forget them before a scrape, for what is gone isn't set again.
    package static let perObjectGauges = ["signalbox_group_peers", "signalbox_worker_applied_index"]

    /// Sets the gauges that a scrape shows.
    package func recordGauges() {
        Gauge(label: "signalbox_snapshot_index").record(published.snapshot.index)
        Gauge(label: "signalbox_rules_revision").record(rules.revision)
        Gauge(label: "signalbox_routes").record(rules.routes.count)
        Gauge(label: "signalbox_groups").record(rules.groups.count)
        Gauge(label: "signalbox_watchers").record(watchers.count)
        for state in [WatchStatus.State.fresh, .stale, .pending] {
            Gauge(label: "signalbox_services", dimensions: [("state", state.rawValue)])
                .record(catalog.services.values.count { $0.watch.state == state })
        }
        Gauge(label: "signalbox_services_held").record(discoveryGuard.holds.count)
        Gauge(label: "signalbox_peers_dampened").record(dampenedCount)
        Gauge(label: "signalbox_ledger_pending").record(pendingEntries)
        if let bound = stalenessBound {
            Gauge(label: "signalbox_discovery_staleness_bound_seconds").record(bound / .seconds(1))
        }
        for group in resolution.groups.values {
            Gauge(label: "signalbox_group_peers", dimensions: [("group", group.name), ("usable", "true")])
                .record(group.peers.count(where: \.isUsable))
            Gauge(label: "signalbox_group_peers", dimensions: [("group", group.name), ("usable", "false")])
                .record(group.peers.count { !$0.isUsable })
        }
        let workers = workerRegistry.all
        for state in WorkerStatus.State.allCases {
            Gauge(label: "signalbox_workers", dimensions: [("state", state.rawValue)])
                .record(workers.count { $0.state == state })
        }
        for worker in workers {
            Gauge(label: "signalbox_worker_applied_index", dimensions: [("worker", worker.id)]).record(worker.applied)
        }
    }
}
