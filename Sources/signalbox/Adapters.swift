import Consul
import ControlPlane
import ProxyWorker
import RoutingModel
import Store

// Where the rooms are plugged into each other: Consul and Store know only the model, and don't know what uses them.

extension SQLiteStore: ControlPlaneStore {}
extension ConsulDiscovery: DiscoverySource {}

/// How an embedded worker gets snapshots: without a socket in between.
struct EmbeddedSnapshotSource: SnapshotSource {
    let controlPlane: ControlPlane
    let id: String

    func next(after applied: Int) async throws -> SnapshotUpdate {
        await controlPlane.workerAsked(id, applied: applied, embedded: true)
        while true {
            if let published = await controlPlane.snapshot(after: applied, wait: .seconds(3_600)) {
                return SnapshotUpdate(published.snapshot)
            }
            try Task.checkCancellation()
            // Signalbox is shutting down: there will be no more snapshots, the worker goes on until it is told.
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    func nack(index: Int, reason: String) async {
        try? await controlPlane.workerRefused(id, index: index, error: reason)
    }
}
