/// How many entries the ledger takes of something within a time: a number in each window of it. Pure: the time is
/// passed in.
struct EntryAllowance {
    let limit: Int
    let window: Duration
    private var began: ContinuousClock.Instant?
    private var taken = 0

    init(_ limit: Int, in window: Duration) {
        self.limit = limit
        self.window = window
    }

    /// Whether nothing of it is taken.
    func isUntouched(at now: ContinuousClock.Instant) -> Bool { began.map { now - $0 >= window } ?? true }

    func hasLeft(at now: ContinuousClock.Instant) -> Bool { isUntouched(at: now) || taken < limit }

    mutating func take(at now: ContinuousClock.Instant) {
        if isUntouched(at: now) {
            began = now
            taken = 0
        }
        taken += 1
    }
}
