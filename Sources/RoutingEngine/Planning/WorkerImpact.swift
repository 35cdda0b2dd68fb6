/// A worker that will not take up a planned change when it is made, as far as is known.
package struct WorkerImpact: Hashable, Sendable, Encodable {
    package let id: String
    /// A sentence.
    package let reason: String

    package init(id: String, reason: String) {
        self.id = id
        self.reason = reason
    }
}
