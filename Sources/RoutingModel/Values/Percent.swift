/// A share of traffic: a percentage with at most two decimals, kept as an integer of 1/10,000 so that sums are exact.
package struct Percent: Hashable, Comparable, Sendable {
    /// 0 … 10,000.
    package let basisPoints: Int

    /// The buckets that a whole is dealt in.
    package static let whole = Percent(clamping: 10_000)
    package static let zero = Percent(clamping: 0)

    package init(clamping basisPoints: Int) { self.basisPoints = min(max(basisPoints, 0), 10_000) }

    /// Nil when `value` is outside 0 … 100 or has more than two decimals.
    package init?(_ value: Double) {
        let scaled = (value * 100).rounded()
        // Two decimals in binary floating point: the nearest hundredth is the value itself, to the last bit.
        guard value.isFinite, value >= 0, value <= 100, scaled / 100 == value else { return nil }
        basisPoints = Int(scaled)
    }

    package var value: Double { Double(basisPoints) / 100 }

    package static func < (left: Percent, right: Percent) -> Bool { left.basisPoints < right.basisPoints }
}

extension Percent: CustomStringConvertible {
    package var description: String { Self.text(basisPoints: basisPoints) }

    /// `5`, `33.3`, `0.01`; also for sums above 100.
    static func text(basisPoints: Int) -> String {
        let fraction = basisPoints % 100
        if fraction == 0 { return "\(basisPoints / 100)" }
        if fraction % 10 == 0 { return "\(basisPoints / 100).\(fraction / 10)" }
        return "\(basisPoints / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

extension Percent: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Percent(try container.decode(Double.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "must be a percentage from 0 to 100 with at most two decimals")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if basisPoints % 100 == 0 {
            try container.encode(basisPoints / 100)
        } else {
            try container.encode(value)
        }
    }
}
