/// The time of day for log lines, made of a clock that only counts on: formatting a second is done once a second.
struct LogClock {
    /// `2026-01-31T12:00:00`, in UTC.
    private(set) var iso: [UInt8] = []
    /// `31/Jan/2026:12:00:00 +0000`.
    private(set) var common: [UInt8] = []
    /// Of the second: 0 ... 999.
    private(set) var milliseconds = 0

    /// Nanoseconds since 1970 when the other clock stood at 0.
    private var offset: Int64 = 0
    /// When the offset was looked up, by the other clock; nil before the first time.
    private(set) var setAt: UInt64?
    private var second: Int64 = .min

    /// - Parameters:
    ///   - uptime: nanoseconds of the clock that only counts on.
    ///   - wall: nanoseconds since 1970 at the same moment.
    mutating func set(uptime: UInt64, wall: Int64) {
        setAt = uptime
        offset = wall &- Int64(truncatingIfNeeded: uptime)
    }

    /// - Parameter uptime: nanoseconds of the clock that only counts on.
    mutating func move(to uptime: UInt64) {
        let now = Int64(truncatingIfNeeded: uptime) &+ offset
        // Rounded down before 1970 too.
        let second = now >= 0 ? now / 1_000_000_000 : -1 - (-1 - now) / 1_000_000_000
        milliseconds = Int((now - second * 1_000_000_000) / 1_000_000)
        guard second != self.second else { return }
        self.second = second
        format()
    }

    private static let months = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)

    private mutating func format() {
        let days = second >= 0 ? second / 86_400 : -1 - (-1 - second) / 86_400
        let inDay = Int(second - days * 86_400)
        let (year, month, day) = Self.date(days)
        iso.removeAll(keepingCapacity: true)
        common.removeAll(keepingCapacity: true)
        Self.append(year, 4, to: &iso)
        iso.append(UInt8(ascii: "-"))
        Self.append(month, 2, to: &iso)
        iso.append(UInt8(ascii: "-"))
        Self.append(day, 2, to: &iso)
        iso.append(UInt8(ascii: "T"))
        Self.append(day, 2, to: &common)
        common.append(UInt8(ascii: "/"))
        common.append(contentsOf: Self.months[(month - 1) * 3..<month * 3])
        common.append(UInt8(ascii: "/"))
        Self.append(year, 4, to: &common)
        common.append(UInt8(ascii: ":"))
        for (place, value) in [inDay / 3_600, inDay / 60 % 60, inDay % 60].enumerated() {
            if place > 0 {
                iso.append(UInt8(ascii: ":"))
                common.append(UInt8(ascii: ":"))
            }
            Self.append(value, 2, to: &iso)
            Self.append(value, 2, to: &common)
        }
        common.append(contentsOf: " +0000".utf8)
    }

    private static func append(_ number: Int, _ width: Int, to bytes: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }

    /// The Gregorian date of a day since 1970-01-01, by eras of 400 years that begin on the first of March.
    private static func date(_ days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let inEra = shifted - era * 146_097
        let yearOfEra = (inEra - inEra / 1_460 + inEra / 36_524 - inEra / 146_096) / 365
        let inYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * inYear + 2) / 153
        let day = Int(inYear - (153 * march + 2) / 5 + 1)
        let month = Int(march < 10 ? march + 3 : march - 9)
        return (Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month, day)
    }
}
