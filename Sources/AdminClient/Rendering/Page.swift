package import RoutingModel

/// What a view is written with: colours, the terminal's width and the time; and the text so far.
package struct Page: Sendable {
    package let palette: Palette
    /// Columns; nil for unlimited.
    package let width: Int?
    package let now: Timestamp
    package private(set) var text = ""

    package init(palette: Palette, width: Int?, now: Timestamp) {
        self.palette = palette
        self.width = width
        self.now = now
    }

    /// A line of pieces, each in its tone.
    package mutating func line(_ cells: Cell...) { line(cells) }

    package mutating func line(_ cells: [Cell], indent: Int = 0) {
        text += String(repeating: " ", count: indent)
        text += cells.map { palette.paint($0.text, $0.tone) }.joined(separator: " ") + "\n"
    }

    package mutating func blank() { text += "\n" }

    package mutating func add(_ table: Table, indent: Int = 0) {
        text += table.text(palette, width: width, indent: indent)
    }

    /// Text that is laid out already.
    package mutating func add(_ text: String) { self.text += text }

    /// Names and values below each other; those without a value are left out.
    package mutating func facts(_ facts: [(name: String, value: Cell?)]) {
        let shown = facts.compactMap { fact in fact.value.map { (fact.name, $0) } }.filter { $0.1.text != "-" }
        let widest = shown.map { PlainText.width($0.0) }.max() ?? 0
        for (name, value) in shown {
            let blanks = String(repeating: " ", count: widest - PlainText.width(name) + 2)
            text += palette.paint(name, .faint) + blanks + palette.paint(value.text, value.tone) + "\n"
        }
    }

    /// How long ago a time of an answer is.
    package func ago(_ time: JSONValue?) -> String? { RelativeTime.text(time?.text, now: now) }
}
