/// A question that got no answer, or one that can't be believed.
struct ConsulFailure: Error, Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// No complete answer came. Consul may have been restarted meanwhile, with other data and a lower index.
        case unreachable
        /// Consul answered with an error status: it is alive, and so is its index.
        case refused
        /// An answer with status 200 that isn't what it should be.
        case unbelievable
    }

    let kind: Kind
    /// One sentence for the operator, without secrets.
    let reason: String
}
