/// An instance that can't be a peer, and why.
package struct SkippedInstance: Hashable, Sendable, Codable {
    package let id: PeerID
    package let reason: String

    package init(id: PeerID, reason: String) {
        self.id = id
        self.reason = reason
    }
}
