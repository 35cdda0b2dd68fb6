/// How long to wait after each failure in a row: doubling, and less than full by chance, so that workers that failed
/// together don't come back together.
struct Backoff: Hashable, Sendable {
    private let shortest: Duration
    private let longest: Duration
    private var current: Duration

    init(shortest: Duration = .milliseconds(100), longest: Duration = .seconds(5)) {
        self.shortest = shortest
        self.longest = longest
        current = shortest
    }

    /// The time to wait after another failure: between `shortest` and `longest`.
    /// - Parameter random: 0 ..< 1.
    mutating func next(random: Double = .random(in: 0..<1)) -> Duration {
        let full = current
        current = min(current * 2, longest)
        return max(shortest, full * (0.5 + random / 2))
    }

    /// Something worked.
    mutating func reset() { current = shortest }
}
