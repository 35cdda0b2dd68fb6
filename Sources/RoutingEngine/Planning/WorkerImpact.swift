/// A worker that a planned change is about.
package struct WorkerImpact: Hashable, Sendable, Encodable {
    package let id: String
    /// A sentence.
    package let reason: String

    package init(id: String, reason: String) {
        self.id = id
        self.reason = reason
    }
}
