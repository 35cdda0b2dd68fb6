package import ControlPlane
internal import RoutingModel

extension PrometheusRegistry {
    /// Shows what a control plane counts as gauges, in place of what was shown before.
    package func record(_ figures: Figures) {
        gauge("signalbox_snapshot_index", figures.snapshotIndex)
        gauge("signalbox_rules_revision", figures.rulesRevision)
        gauge("signalbox_routes", figures.routes)
        gauge("signalbox_groups", figures.groups)
        gauge("signalbox_watchers", figures.watchers)
        gauge("signalbox_services_held", figures.heldServices)
        gauge("signalbox_peers_dampened", figures.dampenedPeers)
        gauge("signalbox_ledger_pending", figures.pendingEntries)
        replace(
            gauge: "signalbox_discovery_staleness_bound_seconds",
            with: figures.stalenessBound.map { [([], $0 / .seconds(1))] } ?? [])
        replace(
            gauge: "signalbox_services",
            with: [WatchStatus.State.fresh, .stale, .pending].map {
                ([("state", $0.rawValue)], Double(figures.services[$0] ?? 0))
            })
        replace(
            gauge: "signalbox_group_peers",
            with: figures.peers().flatMap { group, usable, unusable in
                [
                    ([("group", group), ("usable", "true")], Double(usable)),
                    ([("group", group), ("usable", "false")], Double(unusable)),
                ]
            })
        replace(
            gauge: "signalbox_workers",
            with: WorkerStatus.State.allCases.map { state in
                ([("state", state.rawValue)], Double(figures.workers.count { $0.state == state }))
            })
        replace(
            gauge: "signalbox_worker_applied_index",
            with: figures.workers.map { ([("worker", $0.id)], Double($0.applied)) })
    }

    private func gauge(_ label: String, _ value: Int) { replace(gauge: label, with: [([], Double(value))]) }
}
