/// Which workers enforce a change.
package struct AppliedReport: Hashable, Sendable, Encodable {
    package struct Refusal: Hashable, Sendable, Encodable {
        package let worker: String
        package let error: String
    }

    /// The revision that was asked about.
    package let revision: Int
    /// The first snapshot that has it.
    package let index: Int
    /// The workers that enforce it, by id.
    package let applied: [String]
    /// Live workers that have not said so in time, by id.
    package let lagging: [String]
    /// Workers that can't apply it and keep what they have, by id.
    package let nacked: [Refusal]
}
