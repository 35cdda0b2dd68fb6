/// A group as a worker sees it: only peers that may get requests, each ip:port once, ordered by id.
package struct SnapshotGroup: Hashable, Sendable, Codable {
    package let policy: Balance.Policy
    package let peers: [SnapshotPeer]

    package init(policy: Balance.Policy, peers: [SnapshotPeer]) {
        self.policy = policy
        self.peers = peers
    }
}
