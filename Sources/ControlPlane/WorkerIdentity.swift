/// Who asks for a snapshot.
package struct WorkerIdentity: Hashable, Sendable {
    /// As `WorkerID` allows it.
    package let id: String
    /// Whether it runs in the control plane's own process.
    package let isEmbedded: Bool

    package init(_ id: String, isEmbedded: Bool = false) {
        self.id = id
        self.isEmbedded = isEmbedded
    }
}
