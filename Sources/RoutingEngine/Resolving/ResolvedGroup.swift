package import RoutingModel

/// A group with everything that its selector means, usable or not.
package struct ResolvedGroup: Hashable, Sendable {
    package let name: String
    package let policy: Balance.Policy
    /// Ordered by id.
    package let peers: [ResolvedPeer]

    /// What workers get of it.
    package var snapshot: SnapshotGroup {
        SnapshotGroup(
            policy: policy,
            peers: peers.filter(\.isUsable).map {
                SnapshotPeer(id: $0.id, address: $0.address, port: $0.port, weight: $0.weight)
            })
    }
}
