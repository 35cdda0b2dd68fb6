package import RoutingModel

/// A complete answer of Consul's that is not believed: what was known before it stays in force.
package struct HeldAnswer: Hashable, Sendable, Encodable {
    package let since: Timestamp
    /// Why it is held: a sentence.
    package let reason: String
    /// What believing it would do: a phrase that follows "would".
    package let would: String
    /// How many instances it has.
    package let instances: Int
    /// When Consul is asked again whether it is true.
    package let recheckAt: Timestamp

    enum CodingKeys: String, CodingKey { case since, reason, would, instances }
}
