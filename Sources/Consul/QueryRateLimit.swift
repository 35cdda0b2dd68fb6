/// Keeps a blocking query that is answered at once, over and over, from becoming a hot loop.
///
/// A token bucket: a burst of two answers goes unhindered, so that the usual change costs no time; beyond that,
/// questions are 50 ms apart, about 20 a second. Consul's own advice is a bucket of two as well, but refilled every
/// 15 s, which suits rendering files and not routing. The other half of that advice is kept for answers that say
/// nothing new (an index that moves without a change: a service without instances wakes at every deregistration,
/// hashicorp/consul#9449): after 20 of them in a row the distance doubles, up to one second, until an answer says
/// something new or a question is held again.
struct QueryRateLimit: Hashable, Sendable {
    static let burst = 2
    static let shortest = Duration.milliseconds(50)
    static let longest = Duration.seconds(1)
    static let patience = 20

    private var distance = Self.shortest
    /// When the bucket will be full again (the "theoretical arrival time" of the generic cell rate algorithm).
    private var full: ContinuousClock.Instant?
    private var vain = 0

    /// An answer came at `now`.
    /// - Parameter news: whether it said anything new.
    /// - Returns: how long to wait before the next question; zero in the usual case.
    mutating func answered(at now: ContinuousClock.Instant, news: Bool) -> Duration {
        let full = max(self.full ?? now, now)
        if full == now || news {
            vain = 0
            distance = Self.shortest
        } else {
            vain += 1
            if vain.isMultiple(of: Self.patience) { distance = min(distance * 2, Self.longest) }
        }
        self.full = full + distance
        return max(.zero, now.duration(to: full) - distance * (Self.burst - 1))
    }
}
