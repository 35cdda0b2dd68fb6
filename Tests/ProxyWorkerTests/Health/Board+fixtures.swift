import HashTreeCollections
import NIOCore
import RoutingModel
import Synchronization

@testable import ProxyWorker

/// What a board told its loops, in order.
final class ChangeLog: Sendable {
    private let changes = Mutex<[HealthChange]>([])

    init(_ board: HealthBoard) {
        board.onChange { [weak self] change in self?.add(change) }
    }

    private func add(_ change: HealthChange) { changes.withLock { $0.append(change) } }

    /// `group/peer out`, `in` or `trial`, since the last call.
    func take() -> [String] {
        changes.withLock { changes in
            defer { changes = [] }
            return changes.map {
                "\($0.group)/\($0.peer) \($0.isTrial ? "trial" : $0.isEjected ? "out" : "in")"
            }
        }
    }
}

extension SnapshotGroup {
    /// Peers `n~1`, `n~2`… on these ports of 127.0.0.1.
    static func health(_ ports: [Int], _ policy: HealthPolicy? = nil, ids: [String]? = nil) -> SnapshotGroup {
        let ids = ids ?? ports.indices.map { "n~\($0 + 1)" }
        return SnapshotGroup(
            policy: .roundRobin,
            peers: zip(ids, ports).map { SnapshotPeer(id: PeerID($0), address: "127.0.0.1", port: $1, weight: 1) },
            settings: GroupSettings(health: policy))
    }
}

extension SnapshotUpdate {
    /// A snapshot of groups without routes.
    init(groups: [String: SnapshotGroup], changed: Set<String>? = nil) {
        self.init(
            Snapshot(
                index: 1, revision: 1, groups: TreeDictionary(uniqueKeysWithValues: groups.map { ($0, $1) }),
                routes: [:]),
            changes: changed.map { SnapshotChanges(groups: $0) })
    }
}
