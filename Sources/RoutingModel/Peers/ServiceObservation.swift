/// What a discovery source reports about one service.
package struct ServiceObservation: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// A complete, successful answer: these are all the instances, whatever their health.
        case answer(consulIndex: UInt64, instances: [Instance], skipped: [SkippedInstance])
        /// No answer, or one that can't be believed; nothing about the instances is known from it.
        case failure(reason: String)
    }

    package let key: ServiceKey
    package let at: Timestamp
    package let outcome: Outcome
    /// When the service is asked about again, if that isn't at once.
    package let nextAttemptAt: Timestamp?
    /// How often the watch was begun anew because nothing came from it.
    package let restarts: Int

    package init(
        key: ServiceKey, at: Timestamp, outcome: Outcome, nextAttemptAt: Timestamp? = nil, restarts: Int = 0
    ) {
        self.key = key
        self.at = at
        self.outcome = outcome
        self.nextAttemptAt = nextAttemptAt
        self.restarts = restarts
    }
}
