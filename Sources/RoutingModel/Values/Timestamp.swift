package import Foundation

/// A moment in milliseconds since 1970-01-01T00:00:00Z; in JSON an RFC 3339 string in UTC with three decimals.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package init(_ date: Date) { milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded()) }

    /// Reads an RFC 3339 time with any offset, with or without a fraction; nil for anything else.
    package init?(rfc3339 text: String) {
        // Foundation passes over what follows a time, and refuses offsets that no country has.
        guard
            let match = text.wholeMatch(
                of:
                    /([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?)(?:Z|([+-])([0-9]{2}):([0-9]{2}))/
            )
        else { return nil }
        let (_, local, sign, hours, minutes) = match.output
        var offset = 0.0
        if let sign, let hours = hours.flatMap({ Int($0) }), let minutes = minutes.flatMap({ Int($0) }) {
            guard hours < 24, minutes < 60 else { return nil }
            offset = Double((sign == "-" ? -60 : 60) * (hours * 60 + minutes))
        }
        let plain = Date.ISO8601FormatStyle(includingFractionalSeconds: false)
        let fraction = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = (try? fraction.parse(local + "Z")) ?? (try? plain.parse(local + "Z")) else { return nil }
        self.init(date.addingTimeInterval(-offset))
    }

    /// `-90s`, `-2h`, `-7d`: so long before now; `now`; nil for anything else.
    package init?(relative text: String) {
        if text == "now" {
            self = .now()
            return
        }
        guard text.hasPrefix("-") else { return nil }
        let span = text.dropFirst()
        if span.hasSuffix("d"), let days = Int(span.dropLast()), (0...36_500).contains(days) {
            self = Timestamp.now().adding(.seconds(-days * 86_400))
        } else if let span = DurationText.parse(String(span)) {
            self = Timestamp.now().adding(.zero - span)
        } else {
            return nil
        }
    }

    package static func now() -> Timestamp { Timestamp(Date()) }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    package var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

    package func adding(_ duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        return Timestamp(milliseconds: milliseconds + seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
    }

    /// Seconds from `earlier` to this moment; negative when it is later.
    package func seconds(since earlier: Timestamp) -> Double {
        Double(milliseconds - earlier.milliseconds) / 1000
    }
}

extension Timestamp: CustomStringConvertible {
    package var description: String {
        // Foundation cuts off what is behind the milliseconds, and half of all dates are a little below theirs.
        Date(timeIntervalSince1970: (Double(milliseconds) + 0.5) / 1000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Timestamp(rfc3339: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "is not an RFC 3339 time")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
