package import RoutingModel

/// A group with everything that its selector means, usable or not.
package struct ResolvedGroup: Hashable, Sendable {
    package let name: String
    package let policy: Balance.Policy
    /// The key of `consistentHash`, with its salt.
    package let hashOn: Stickiness?
    package let settings: GroupSettings
    /// Ordered by id.
    package let peers: [ResolvedPeer]

    /// The peer of that id; nil when it is none of the group's.
    package func member(_ id: PeerID) -> ResolvedPeer? {
        var range = peers.startIndex..<peers.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = peers[middle].id < id ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        guard range.lowerBound < peers.endIndex, peers[range.lowerBound].id == id else { return nil }
        return peers[range.lowerBound]
    }

    /// What workers get of it.
    package var snapshot: SnapshotGroup {
        SnapshotGroup(
            policy: policy,
            peers: peers.filter(\.isUsable).map {
                SnapshotPeer(
                    id: $0.id, address: $0.address, port: $0.port, weight: $0.weight, isBackup: $0.isBackup)
            }, hashOn: hashOn, settings: settings)
    }
}
