/// How fast services are asked about in rounds: evenly over time, but in small batches, for which Consul needs half as
/// much time per question as for single ones.
struct ProbePace: Hashable, Sendable {
    /// How many batches there are in a second.
    private static let batches = 10.0

    private let most: Double
    private let shortestRound: Duration
    private var credit = 0.0
    private var creditedAt: ContinuousClock.Instant
    private var isInBatch = false

    /// - Parameters:
    ///   - most: questions in a second, at most.
    ///   - shortestRound: few services aren't asked about more often than this.
    init(most: Int, shortestRound: Duration, now: ContinuousClock.Instant) {
        self.most = Double(max(1, most))
        self.shortestRound = shortestRound
        creditedAt = now
    }

    /// Questions in a second for so many services.
    func rate(for services: Int) -> Double { min(most, Double(services) / (shortestRound / .seconds(1))) }

    /// How long a round takes for so many services.
    func round(of services: Int) -> Duration {
        services == 0 ? .zero : .seconds(Double(services) / rate(for: services))
    }

    /// Takes leave to ask one of so many services.
    mutating func take(of services: Int, at now: ContinuousClock.Instant) -> Bool {
        let batch = batch(of: services)
        credit = min(batch, credit + creditedAt.duration(to: now) / .seconds(1) * rate(for: services))
        creditedAt = max(creditedAt, now)
        // A thousandth, for what is lost in rounding.
        if credit > batch - 0.001 { isInBatch = true }
        guard isInBatch, credit > 0.999 else {
            isInBatch = false
            return false
        }
        credit -= 1
        return true
    }

    /// When the next batch begins, if there is leave for none now.
    func next(of services: Int) -> ContinuousClock.Instant {
        creditedAt + .seconds(max(0, batch(of: services) - credit) / max(0.001, rate(for: services)))
    }

    private func batch(of services: Int) -> Double { max(1, rate(for: services) / Self.batches) }
}
