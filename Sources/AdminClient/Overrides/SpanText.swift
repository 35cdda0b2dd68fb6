/// Spans of time as they are written on the command line.
package enum SpanText {
    /// A duration as the admin API takes it: `2h30m`, `90s`; days are written as hours. Nil for anything else.
    package static func duration(_ text: String) -> String? {
        guard text.wholeMatch(of: /([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+/) != nil else { return nil }
        guard text.contains("d") else { return text }
        guard let match = text.wholeMatch(of: /([0-9]{1,5})d(.*)/), let days = Int(match.1) else { return nil }
        let rest = match.2
        guard !rest.contains("d") else { return nil }
        // Two parts of hours add up: Go's notation doesn't mind.
        return "\(days * 24)h\(rest)"
    }

    /// A moment for a query: an RFC 3339 time as it is, and how long ago with its sign: `2h` and `-2h` are the same.
    package static func moment(_ text: String) -> String {
        text.first?.isNumber == true && duration(text) != nil ? "-\(text)" : text
    }
}
