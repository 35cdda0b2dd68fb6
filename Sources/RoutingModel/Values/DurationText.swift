/// Durations as Go and Consul write them: a sequence of numbers with the units `ms`, `s`, `m`, `h`.
package enum DurationText {
    /// Nil for anything else, for negative ones, and for more than a year.
    package static func parse(_ text: String) -> Duration? {
        milliseconds(text).flatMap { $0 <= longest ? .milliseconds(Int64($0)) : nil }
    }

    /// What is longer than `limit` counts as that; nil only for what isn't a duration.
    package static func parse(_ text: String, countingAtMost limit: Duration) -> Duration? {
        milliseconds(text).map { min(.milliseconds(Int64(min($0, longest))), limit) }
    }

    private static let longest = 366.0 * 24 * 3_600_000

    private static func milliseconds(_ text: String) -> Double? {
        var rest = Substring(text)
        guard !rest.isEmpty else { return nil }
        var milliseconds = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            switch unit {
            case "ms": milliseconds += number
            case "s": milliseconds += number * 1_000
            case "m": milliseconds += number * 60_000
            case "h": milliseconds += number * 3_600_000
            default: return nil
            }
        }
        return milliseconds
    }
}
