/// A length of time in a rule, as people write it: `30s`, `1m30s`, `250ms`.
package struct RuleDuration: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Nil for what `DurationText` doesn't read.
    package init?(_ text: String) {
        guard let duration = DurationText.parse(text) else { return nil }
        let (seconds, attoseconds) = duration.components
        milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }

    package static func seconds(_ seconds: Int64) -> RuleDuration { RuleDuration(milliseconds: seconds * 1_000) }

    package var duration: Duration { .milliseconds(milliseconds) }
    package var nanoseconds: Int64 { milliseconds * 1_000_000 }

    package static func < (left: RuleDuration, right: RuleDuration) -> Bool { left.milliseconds < right.milliseconds }
}

extension RuleDuration: CustomStringConvertible {
    /// The shortest text in one unit that says it exactly: `90s`, `2m`, `250ms`.
    package var description: String {
        if milliseconds == 0 { return "0s" }
        if milliseconds % 3_600_000 == 0 { return "\(milliseconds / 3_600_000)h" }
        if milliseconds % 60_000 == 0 { return "\(milliseconds / 60_000)m" }
        if milliseconds % 1_000 == 0 { return "\(milliseconds / 1_000)s" }
        return "\(milliseconds)ms"
    }
}

extension RuleDuration: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = RuleDuration(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "must be a duration such as '30s' or '250ms'")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
