/// The order of smooth weighted round robin, worked out ahead.
enum WeightedOrder {
    /// Turns that an order may have for each place, and the least that it may have.
    private static let longest = (perPlace: 4, least: 2_048)
    /// Steps that working out an order by nginx's method may take.
    private static let stepLimit = 500_000

    /// Places in the order of their turns: each as often as its weight says, evenly spaced, to be gone through over and
    /// over.
    /// - Parameter weights: each at least 1.
    /// - Returns: nothing when it would be long.
    static func places(_ weights: [Int]) -> [Int] {
        let divisor = max(1, weights.reduce(0, commonDivisor))
        let turns = weights.map { $0 / divisor }
        var total = 0
        for turns in turns {
            total += turns
            if total > max(longest.least, longest.perPlace * weights.count) { return [] }
        }
        if total * weights.count <= stepLimit {
            var rotation = SmoothRoundRobin(weights: turns)
            return (0..<total).compactMap { _ in rotation.next() }
        }
        // As smooth, and quicker worked out: every place's turns at even distances, in order of time.
        var order: [(time: Double, place: Int)] = []
        order.reserveCapacity(total)
        for (place, count) in turns.enumerated() {
            for turn in 0..<count { order.append(((Double(turn) + 0.5) / Double(count), place)) }
        }
        order.sort { $0.time != $1.time ? $0.time < $1.time : $0.place < $1.place }
        return order.map(\.place)
    }

    private static func commonDivisor(_ one: Int, _ other: Int) -> Int {
        var (one, other) = (one, other)
        while other != 0 { (one, other) = (other, one % other) }
        return one
    }
}
