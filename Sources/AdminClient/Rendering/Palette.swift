/// Colours of a terminal, or none at all.
package struct Palette: Hashable, Sendable {
    package enum Choice: String, Sendable, CaseIterable { case auto, always, never }

    /// What a piece of text means.
    package enum Tone: String, Sendable {
        case plain = ""
        case strong = "1"
        case faint = "2"
        case bad = "31"
        case good = "32"
        case warning = "33"
        case info = "36"
    }

    package let isEnabled: Bool

    package init(isEnabled: Bool) { self.isEnabled = isEnabled }

    /// Whether there are colours: with `auto` on a terminal that has some, unless `NO_COLOR` (no-color.org) says no.
    package init(_ choice: Choice, isTerminal: Bool, variables: [String: String]) {
        switch choice {
        case .always: isEnabled = true
        case .never: isEnabled = false
        case .auto: isEnabled = isTerminal && (variables["NO_COLOR"] ?? "").isEmpty && variables["TERM"] != "dumb"
        }
    }

    package func paint(_ text: String, _ tone: Tone) -> String {
        isEnabled && tone != .plain && !text.isEmpty ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
    }
}
