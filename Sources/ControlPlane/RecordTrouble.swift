internal import RoutingModel

/// The ledger can't be written at the moment.
struct RecordTrouble {
    let since: Timestamp
    let began: ContinuousClock.Instant
    /// Writes that failed one after the other.
    var failures = 0
    var lastError = ""
}
