internal import RoutingModel

/// What is to be told about a service.
struct WatchReport: Hashable, Sendable {
    enum Outcome: Hashable, Sendable {
        /// The index as it counts, and the answer.
        case answer(UInt64, HealthAnswer)
        case failure(reason: String)
    }

    let service: ServiceKey
    var outcome: Outcome
    /// Failures in a row, with this one; after an answer, the service's own before it.
    let failures: Int
    /// How long until the next question, if that isn't asked at once.
    let pause: Duration?
    let restarts: Int

    /// The same, told at `now`.
    func observation(at now: Timestamp) -> ServiceObservation {
        let next = pause.map { Timestamp(milliseconds: now.milliseconds + Int64($0 / .milliseconds(1))) }
        let told: ServiceObservation.Outcome =
            switch outcome {
            case .answer(let index, let answer):
                .answer(consulIndex: index, instances: answer.instances, skipped: answer.skipped)
            case .failure(let reason): .failure(reason: reason)
            }
        return ServiceObservation(key: service, at: now, outcome: told, nextAttemptAt: next, restarts: restarts)
    }
}
