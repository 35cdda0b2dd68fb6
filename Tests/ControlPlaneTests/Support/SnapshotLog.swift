import RoutingModel
import Synchronization

@testable import ControlPlane

/// Collects snapshots as a worker would, each as soon as it is out. It may miss one that the next follows at once.
final class SnapshotLog: Sendable {
    private let kept = Mutex<[Snapshot]>([])

    var snapshots: [Snapshot] { kept.withLock { $0 } }

    /// Follows `controlPlane` until the task is cancelled.
    func follow(_ controlPlane: ControlPlane) async {
        var index: Int?
        while !Task.isCancelled {
            guard let published = await controlPlane.update(after: index, wait: .seconds(60)) else { continue }
            index = published.snapshot.index
            kept.withLock { $0.append(published.snapshot) }
        }
    }
}
