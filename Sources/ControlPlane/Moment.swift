package import RoutingModel

/// A point in the past.
package enum Moment: Hashable, Sendable {
    /// Right after a revision was made.
    case revision(Int)
    case time(Timestamp)

    /// `12` (a revision), an RFC 3339 time, `-2h` or `now`; nil for anything else.
    package init?(_ text: String) {
        if !text.isEmpty, text.utf8.count <= 18,
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let revision = Int(text)
        {
            self = .revision(revision)
        } else if let time = Timestamp(rfc3339: text) ?? Timestamp(relative: text) {
            self = .time(time)
        } else {
            return nil
        }
    }
}
