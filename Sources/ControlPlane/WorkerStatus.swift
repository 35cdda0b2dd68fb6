package import RoutingModel

/// A consumer of snapshots, as the control plane knows it.
package struct WorkerStatus: Hashable, Sendable, Encodable {
    package enum State: String, Hashable, Sendable, Encodable, CaseIterable {
        /// It asks for snapshots as it should.
        case live
        /// It has not asked for too long. It may well go on serving with what it has.
        case lost
    }

    package struct Nack: Hashable, Sendable, Encodable {
        package let index: Int
        package let error: String
        package let at: Timestamp
    }

    package let id: String
    /// Whether it runs in the control plane's own process.
    package let embedded: Bool
    package internal(set) var state: State
    /// The newest snapshot that it enforces; 0 before the first.
    package internal(set) var applied: Int
    package let joinedAt: Timestamp
    package internal(set) var lastSeenAt: Timestamp
    /// The last snapshot that it could not apply, until it applies a newer one.
    package internal(set) var nack: Nack?

    enum CodingKeys: String, CodingKey {
        case id, embedded, state, applied, joinedAt = "joined_at", lastSeenAt = "last_seen_at", nack
    }
}
