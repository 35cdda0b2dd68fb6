/// How far a service's watch can be believed.
package struct WatchStatus: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable {
        /// The last question was answered.
        case fresh
        /// What is known is what was last known: see `staleSince` and `lastError`.
        case stale
        /// Nothing is known yet.
        case pending
    }

    package var state: State
    package var consulIndex: UInt64
    package var lastSuccessAt: Timestamp?
    package var staleSince: Timestamp?
    package var lastError: String?
    /// Questions that failed since the last answer.
    package var failures: Int
    /// Answers since the watch began in this process.
    package var answers: Int
    /// When the service is asked about again, if that isn't at once.
    package var nextAttemptAt: Timestamp?
    /// How often the watch was begun anew because nothing came from it.
    package var restarts: Int

    package init(
        state: State = .pending, consulIndex: UInt64 = 0, lastSuccessAt: Timestamp? = nil,
        staleSince: Timestamp? = nil, lastError: String? = nil, failures: Int = 0, answers: Int = 0,
        nextAttemptAt: Timestamp? = nil, restarts: Int = 0
    ) {
        self.state = state
        self.consulIndex = consulIndex
        self.lastSuccessAt = lastSuccessAt
        self.staleSince = staleSince
        self.lastError = lastError
        self.failures = failures
        self.answers = answers
        self.nextAttemptAt = nextAttemptAt
        self.restarts = restarts
    }

    enum CodingKeys: String, CodingKey {
        case state, consulIndex = "consul_index", lastSuccessAt = "last_success_at", staleSince = "stale_since"
        case lastError = "last_error", failures, answers
        case nextAttemptAt = "next_attempt_at", restarts
    }
}
