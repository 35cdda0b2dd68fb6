/// Decides when changes are published: the first at once, those that follow within the window together at its end.
/// While every window brings changes the next is twice as long, up to a limit; a quiet one starts over.
///
/// Pure: the time comes in with every event.
struct PublishWindow {
    enum Action: Equatable {
        case publish
        /// Call `windowEnded` at this time.
        case wait(until: ContinuousClock.Instant)
        /// Somebody waits already.
        case nothing
    }

    private let shortest: Duration
    private let longest: Duration
    private var length: Duration
    private var end: ContinuousClock.Instant?
    private var isHolding = false

    init(shortest: Duration, longest: Duration) {
        self.shortest = shortest
        self.longest = max(shortest, longest)
        length = shortest
    }

    mutating func change(at now: ContinuousClock.Instant) -> Action {
        if isHolding { return .nothing }
        if let end, now < end {
            isHolding = true
            return .wait(until: end)
        }
        length = shortest
        end = now + length
        return .publish
    }

    mutating func windowEnded(at now: ContinuousClock.Instant) -> Action {
        guard isHolding else { return .nothing }
        isHolding = false
        length = min(length * 2, longest)
        end = now + length
        return .publish
    }
}
