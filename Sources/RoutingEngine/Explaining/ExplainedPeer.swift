package import RoutingModel

/// A peer of a group that an explained request may go to.
package struct ExplainedPeer: Hashable, Sendable {
    package let peer: ResolvedPeer
    /// How much of its group's requests it gets; nil when it gets none.
    package let share: Percent?
}

/// The peer's own members, and `share`: a percentage, or null.
extension ExplainedPeer: Encodable {
    enum CodingKeys: String, CodingKey { case share }

    package func encode(to encoder: any Encoder) throws {
        try peer.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(share, forKey: .share)
    }
}
