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
        let worker = WorkerIdentity(id, isEmbedded: true)
        while true {
            if let update = await controlPlane.update(after: applied, wait: .seconds(3_600), worker: worker) {
                return SnapshotUpdate(update.snapshot, changes: update.changes)
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

/// How an embedded worker reports: without a socket in between.
struct EmbeddedReportSink: ReportSink {
    let controlPlane: ControlPlane
    let id: String

    func send(_ report: WorkerReport) async throws {
        do {
            try await controlPlane.take(report, from: id)
        } catch let problem as Problem where problem.code == .conflict {
            throw ReportRefused()
        }
    }
}
