internal import Foundation

/// The header `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date in its usual form.
enum RetryAfter {
    /// Nobody is left alone for longer than this, whatever it asks for.
    static let longest = Duration.seconds(120)

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// - Returns: zero to 120 s; nil for a text that is neither.
    static func duration(_ text: String, now: Date) -> Duration? {
        let text = text.trimmingCharacters(in: .whitespaces)
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(Int64(text).map { min($0, longest.components.seconds) } ?? longest.components.seconds)
        }
        guard let date = date(text) else { return nil }
        return .seconds(min(max(0, date.timeIntervalSince(now)), longest / .seconds(1)))
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate). The two obsolete forms aren't sent by anything that is asked here.
    private static func date(_ text: String) -> Date? {
        guard
            let parts = text.wholeMatch(
                of: /[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT/)?
                .output,
            let month = months.firstIndex(of: String(parts.2))
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(
            from: DateComponents(
                year: Int(parts.3), month: month + 1, day: Int(parts.1), hour: Int(parts.4), minute: Int(parts.5),
                second: Int(parts.6)))
    }
}
