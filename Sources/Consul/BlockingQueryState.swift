/// Which index the next question of a blocking query asks from.
///
/// The rules are Consul's (developer.hashicorp.com/consul/api-docs/features/blocking, "Implementation Details"): an
/// index that went backwards is forgotten, since the server was restored or restarted; an index is never taken as 0,
/// since `index=0` doesn't block. Only an answer that is believed may be told to `answered`: errors carry index
/// headers that mean nothing.
struct BlockingQueryState: Hashable, Sendable {
    /// Nil: ask without an index, which is answered at once.
    private(set) var index: UInt64?

    /// A complete answer came.
    /// - Parameter header: its `X-Consul-Index`, nil when it has none that can be read.
    /// - Returns: the answer's index as it counts, at least 1.
    @discardableResult
    mutating func answered(header: UInt64?) -> UInt64 {
        let new = max(1, header ?? 1)
        if let index, new < index {
            self.index = nil
        } else {
            index = new
        }
        return new
    }

    /// No answer came, or one that isn't believed. After a refusal the index still counts. After anything else Consul
    /// may be another one than before, whose index may be lower: a question from the old index would be held for the
    /// whole wait, so the next one goes without.
    mutating func failed(_ kind: ConsulFailure.Kind) {
        if case .refused = kind { return }
        index = nil
    }
}
