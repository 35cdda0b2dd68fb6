/// Pauses after failures in a row: they double from the shortest to the longest, and each is shortened at random by up
/// to a half, so that many watches don't come back at the same moment.
struct Backoff: Hashable, Sendable {
    private let bounds: ClosedRange<Duration>
    private var next: Duration

    /// - Parameter bounds: the first and the longest pause before chance shortens them; both above zero.
    init(_ bounds: ClosedRange<Duration>) {
        self.bounds = bounds
        next = bounds.lowerBound
    }

    /// A question failed.
    /// - Parameter chance: 0 ..< 1; 0 gives half of the pause.
    /// - Returns: how long to wait before the next question.
    mutating func failed(chance: Double) -> Duration {
        let full = next
        next = min(next * 2, bounds.upperBound)
        return full * (0.5 + chance / 2)
    }

    /// A question was answered.
    mutating func succeeded() { next = bounds.lowerBound }
}
