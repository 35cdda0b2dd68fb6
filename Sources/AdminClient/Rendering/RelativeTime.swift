package import RoutingModel

/// How long ago, or how soon, for people.
package enum RelativeTime {
    /// `3 min ago`, `in 2 h`, `now`; from 90 days on the date.
    package static func text(_ moment: Timestamp, now: Timestamp) -> String {
        let seconds = now.seconds(since: moment)
        let distance = abs(seconds)
        if distance < 1 { return "now" }
        if distance >= 90 * 86_400 { return String(moment.description.prefix(10)) }
        return seconds > 0 ? "\(duration(distance)) ago" : "in \(duration(distance))"
    }

    /// A time as the server wrote it; nil when there is none, itself when it is no time.
    package static func text(_ rfc3339: String?, now: Timestamp) -> String? {
        rfc3339.map { text in Timestamp(rfc3339: text).map { self.text($0, now: now) } ?? text }
    }

    /// In the largest unit of which there are at least two, or else one: `45 s`, `90 min`, `26 h`, `3 d`.
    package static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<120: "\(Int(seconds)) s"
        case ..<7_200: "\(Int(seconds / 60)) min"
        case ..<172_800: "\(Int(seconds / 3_600)) h"
        default: "\(Int(seconds / 86_400)) d"
        }
    }
}
