/// A question that got no answer, or one that can't be believed.
struct ConsulFailure: Error, Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// No connection could be opened.
        case unreachable
        /// A connection was there, but no complete answer came, or none in time.
        case unanswered
        /// Consul answered with an error status: it is alive, and so is its index.
        case refused(status: Int)
        /// An answer with status 200 that isn't what it should be.
        case unbelievable
    }

    let kind: Kind
    /// One sentence for the operator, without secrets.
    let reason: String
    /// How long Consul asks to be left alone.
    var retryAfter: Duration?
}
