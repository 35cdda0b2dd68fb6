/// A piece of a table, or of any line: text and what it means.
package struct Cell: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// On one line, without control characters.
    package let text: String
    package let tone: Palette.Tone

    /// An empty text is shown as a faint dash.
    package init(_ text: String?, _ tone: Palette.Tone = .plain) {
        let line = PlainText.line(text ?? "")
        self.text = line.isEmpty ? "-" : line
        self.tone = line.isEmpty ? .faint : tone
    }

    package init(_ number: Int?, _ tone: Palette.Tone = .plain) { self.init(number.map { "\($0)" }, tone) }

    package init(stringLiteral value: String) { self.init(value) }
}
