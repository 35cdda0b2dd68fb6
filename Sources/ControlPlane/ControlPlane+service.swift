internal import HashTreeCollections
internal import RoutingEngine
internal import RoutingModel
internal import ServiceLifecycle

extension ControlPlane: Service {
    /// Follows discovery until graceful shutdown; then answers whoever waits and writes down what is known.
    package func run() async throws {
        startRecording()
        await expireOverrides()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await cancelWhenGracefulShutdown { await self.followDiscovery() } }
            group.addTask { try? await gracefulShutdown() }
            group.addTask { await cancelWhenGracefulShutdown { await self.watchWorkers() } }
            group.addTask { await cancelWhenGracefulShutdown { await self.keepHistoryShort() } }
            group.addTask { await cancelWhenGracefulShutdown { await self.forgetTraffic() } }
            // Without discovery the first task ends at once: the second holds the service up.
            await group.waitForAll()
        }
        releaseWatchers()
        overrideTimer?.cancel()
        endLedgerWaits()
        await flushRecords()
    }

    /// What there is to count now.
    package var figures: Figures {
        Figures(
            snapshotIndex: published.snapshot.index, rulesRevision: rules.revision, routes: rules.routes.count,
            watchers: watchers.count,
            services: catalog.services.values.reduce(into: [:]) { $0[$1.watch.state, default: 0] += 1 },
            heldServices: discoveryGuard.holds.count, dampenedPeers: dampenedCount, pendingEntries: pendingEntries,
            stalenessBound: stalenessBound, workers: workerRegistry.figures, resolved: resolution.groups)
    }
}
