/// Everything that is counted of one ``TrafficKey``, by place. Only what isn't 0 takes room: of 60 places a quiet peer
/// uses five, and a control plane keeps them for every worker.
package struct TrafficCounters: Hashable, Sendable {
    /// The places of what is counted.
    package enum Place {
        /// Requests that were given to this peer first.
        package static let requests = 0
        /// Of these, those that a rule forced to the group.
        package static let forced = 1
        /// Further tries, because another peer failed.
        package static let retries = 2
        /// By the first digit of the status, 1xx first.
        package static let statuses = 3..<8
        /// By `reasons`, then all others.
        package static let failures = 8..<24
        /// In microseconds.
        package static let latencySum = 24
        /// By the buckets of `LatencyHistogram`.
        package static let latency = 25..<(25 + LatencyHistogram.bucketCount)
    }

    package static let placeCount = Place.latency.upperBound

    /// Why tries fail, in the order of their places; what isn't among them is counted as `other`.
    package static let reasons = [
        "connect", "connect_timeout", "reset", "malformed", "response_timeout", "try_timeout", "idle_timeout",
        "total_timeout", "truncated", "client_abort", "overload", "no_peer", "status_502", "status_503", "status_504",
        "other",
    ]

    /// Place in the highest byte, number below it; ascending, none of them 0.
    private var cells: [UInt64] = []

    private static let numberBits: UInt64 = 56
    /// What a place can hold.
    package static let most = 1 << 56 - 1

    package init() {}

    package var isEmpty: Bool { cells.isEmpty }

    /// How many places aren't 0.
    package var cellCount: Int { cells.count }

    package subscript(place: Int) -> Int {
        let wanted = UInt64(place)
        for cell in cells where cell >> Self.numberBits >= wanted {
            return cell >> Self.numberBits == wanted ? Self.number(cell) : 0
        }
        return 0
    }

    /// Appends a number at a place above all that are there; 0 is passed over, and what a place can't hold is cut.
    package mutating func append(_ number: Int, at place: Int) {
        guard number > 0 else { return }
        cells.append(UInt64(place) << Self.numberBits | UInt64(min(number, Self.most)))
    }

    /// Calls `body` with every place that isn't 0, in order.
    package func forEach(_ body: (_ place: Int, _ number: Int) -> Void) {
        for cell in cells { body(Int(cell >> Self.numberBits), Self.number(cell)) }
    }

    /// Adds the numbers of `other`.
    package mutating func add(_ other: TrafficCounters) {
        if hasPlaces(of: other) {
            for place in cells.indices {
                cells[place] = Self.cell(cells[place], Self.number(cells[place]) + Self.number(other.cells[place]))
            }
        } else {
            self = combined(with: other) { $0 + $1 }
        }
    }

    /// What has come since `earlier`; nil when something is less than it was: then the counting began anew.
    package func since(_ earlier: TrafficCounters) -> TrafficCounters? {
        var isLess = false
        let result = combined(with: earlier) { now, before in
            if now < before { isLess = true }
            return now - before
        }
        return isLess ? nil : result
    }

    private func combined(with other: TrafficCounters, _ make: (Int, Int) -> Int) -> TrafficCounters {
        var result = TrafficCounters()
        result.cells.reserveCapacity(max(cells.count, other.cells.count))
        var (left, right) = (0, 0)
        while left < cells.count || right < other.cells.count {
            let leftPlace = left < cells.count ? cells[left] >> Self.numberBits : .max
            let rightPlace = right < other.cells.count ? other.cells[right] >> Self.numberBits : .max
            let place = min(leftPlace, rightPlace)
            let mine = leftPlace == place ? Self.number(cells[left]) : 0
            let theirs = rightPlace == place ? Self.number(other.cells[right]) : 0
            result.append(make(mine, theirs), at: Int(place))
            if leftPlace == place { left += 1 }
            if rightPlace == place { right += 1 }
        }
        return result
    }

    private func hasPlaces(of other: TrafficCounters) -> Bool {
        guard cells.count == other.cells.count else { return false }
        for place in cells.indices where (cells[place] ^ other.cells[place]) >> Self.numberBits != 0 { return false }
        return true
    }

    private static func number(_ cell: UInt64) -> Int { Int(cell & (1 << numberBits - 1)) }

    private static func cell(_ old: UInt64, _ number: Int) -> UInt64 {
        (old >> numberBits) << numberBits | UInt64(min(number, most))
    }
}
