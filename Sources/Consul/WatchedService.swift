/// What is kept of one watched service: not its instances.
struct WatchedService {
    typealias Instant = ContinuousClock.Instant

    enum Place: Hashable {
        /// Nothing is asked about it: no agent can be.
        case idle
        /// Waits to be asked about at once.
        case queued
        /// The question with this number is with Consul.
        case asking(Int)
        /// Is asked about again at the moment.
        case pausing(until: Instant)
        /// Waits for its turn in the round.
        case cold
    }

    var place = Place.idle
    /// When it came to its place.
    var since: Instant
    /// Changes with the place, so that what waits for it in a queue can tell that it is out of date.
    var turn = 0

    var query = BlockingQueryState()
    var backoff: Backoff
    var rate = QueryRateLimit()
    /// Of the last answer.
    var digest: Int?
    /// When an answer last said anything new.
    var changedAt: Instant
    /// When it was last asked for all it has.
    var answeredAt: Instant?
    /// The index went backwards: a server may lag, so the leader is asked.
    var asksLeader = false
    /// Questions that failed in a row.
    var failures = 0
    /// Its last question failed: those whose questions didn't go first.
    var isSuspect = false
    /// It was told that the question waits.
    var isOverdue = false
    var restarts = 0

    init(backoff: ClosedRange<Duration>, now: Instant) {
        self.backoff = Backoff(backoff)
        since = now
        changedAt = now
    }

    mutating func move(to place: Place, at now: Instant) {
        self.place = place
        since = now
        turn += 1
        isOverdue = false
    }
}
