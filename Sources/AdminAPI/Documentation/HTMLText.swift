/// Text as HTML: escaped, and with as much of CommonMark as `openapi.yaml` uses.
enum HTMLText {
    /// For text and for attributes in double quotes.
    static func escape(_ text: some StringProtocol) -> String {
        var html = ""
        html.reserveCapacity(text.utf8.count)
        for character in text.unicodeScalars {
            switch character {
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            default: html.unicodeScalars.append(character)
            }
        }
        return html
    }

    /// Paragraphs, which empty lines divide.
    static func paragraphs(_ text: String) -> String {
        var html = ""
        var paragraph: [Substring] = []
        func end() {
            guard !paragraph.isEmpty else { return }
            html += "<p>\(inline(paragraph.joined(separator: " ")))</p>\n"
            paragraph = []
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.allSatisfy(\.isWhitespace) { end() } else { paragraph.append(line) }
        }
        end()
        return html
    }

    /// `code` and **strong** words; a mark without its partner is itself.
    static func inline(_ text: String) -> String {
        var html = ""
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        for (number, part) in parts.enumerated() {
            if number % 2 == 1, number < parts.count - 1 {
                html += "<code>\(escape(part))</code>"
            } else {
                html += strong(number % 2 == 1 ? "`\(part)" : String(part))
            }
        }
        return html
    }

    private static func strong(_ text: String) -> String {
        var html = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "**"), let end = rest[start.upperBound...].firstRange(of: "**") {
            html += escape(rest[..<start.lowerBound])
            html += "<strong>\(escape(rest[start.upperBound..<end.lowerBound]))</strong>"
            rest = rest[end.upperBound...]
        }
        return html + escape(rest)
    }
}
