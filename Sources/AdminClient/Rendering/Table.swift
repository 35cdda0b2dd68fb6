/// A table for people: columns of the width of their widest cell, made narrower when the terminal is.
package struct Table: Sendable {
    package struct Column: Sendable {
        package enum Side: Sendable { case left, right }
        let title: String
        let side: Side
        /// Gives way first when there isn't room for all: reasons, messages.
        let isFlexible: Bool

        package init(_ title: String, _ side: Side = .left, isFlexible: Bool = false) {
            self.title = title
            self.side = side
            self.isFlexible = isFlexible
        }
    }

    private static let gap = 2
    /// What a column keeps however narrow the terminal is.
    private static let least = 8

    private let columns: [Column]
    private var rows: [[Cell]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    package mutating func add(_ row: [Cell]) { rows.append(row) }

    package var isEmpty: Bool { rows.isEmpty }

    /// The table's lines, each with a line break. Columns that say nothing in any row are left out.
    /// - Parameters:
    ///   - width: columns of the terminal; nil for as wide as it gets.
    ///   - indent: blanks in front of every line.
    package func text(_ palette: Palette, width: Int?, indent: Int = 0) -> String {
        let shown = columns.indices.filter { column in rows.contains { $0.count > column && $0[column].text != "-" } }
        guard !shown.isEmpty else { return "" }
        let widths = widths(shown, width.map { max($0 - indent, 0) })
        let margin = String(repeating: " ", count: indent)
        var text = margin
        text += line(shown, widths) {
            palette.paint($1, .faint)
        } cell: {
            Cell(columns[$0].title)
        }
        for row in rows {
            text +=
                margin
                + line(shown, widths) {
                    palette.paint($1, row[$0].tone)
                } cell: {
                    row[$0]
                }
        }
        return text
    }

    private func line(
        _ shown: [Int], _ widths: [Int], paint: (Int, String) -> String, cell: (Int) -> Cell
    ) -> String {
        var line = ""
        for (place, column) in shown.enumerated() {
            let text = PlainText.cut(cell(column).text, to: widths[place])
            let blanks = String(repeating: " ", count: max(widths[place] - PlainText.width(text), 0))
            let isLast = place == shown.count - 1
            if columns[column].side == .right { line += blanks }
            line += paint(column, text)
            if columns[column].side == .left, !isLast { line += blanks }
            if !isLast { line += String(repeating: " ", count: Self.gap) }
        }
        return line + "\n"
    }

    private func widths(_ shown: [Int], _ available: Int?) -> [Int] {
        var widths = shown.map { column in
            rows.reduce(PlainText.width(columns[column].title)) { max($0, PlainText.width($1[column].text)) }
        }
        guard let available else { return widths }
        var excess = widths.reduce(0, +) + Self.gap * (shown.count - 1) - available
        // First what may give way, then whatever is widest.
        for onlyFlexible in [true, false] {
            while excess > 0 {
                let candidates = widths.indices.filter {
                    widths[$0] > Self.least && (!onlyFlexible || columns[shown[$0]].isFlexible)
                }
                guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
                widths[widest] -= 1
                excess -= 1
            }
        }
        return widths
    }
}
