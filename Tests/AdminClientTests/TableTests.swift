import Testing

@testable import AdminClient

@Suite struct TableTests {
    private let plain = Palette(isEnabled: false)

    private func table() -> Table {
        var table = Table([
            .init("PEER"), .init("NOTE"), .init("WEIGHT", .right), .init("REASON", isFlexible: true),
        ])
        table.add(["node-1~star-1", "", Cell(1), "Consul: passing."])
        table.add(["node-22~star-22", "", Cell(100), "Drained by ada: kernel update, back at noon"])
        return table
    }

    @Test("columns are as wide as their widest cell, numbers stand right, empty columns are left out")
    func layout() {
        #expect(
            table().text(plain, width: nil) == """
                PEER             WEIGHT  REASON
                node-1~star-1         1  Consul: passing.
                node-22~star-22     100  Drained by ada: kernel update, back at noon

                """)
    }

    @Test("in a narrow terminal the flexible column gives way first, and no line is wider")
    func narrow() {
        #expect(
            table().text(plain, width: 45) == """
                PEER             WEIGHT  REASON
                node-1~star-1         1  Consul: passing.
                node-22~star-22     100  Drained by ada: ker…

                """)
        for width in [34, 40, 60] {
            for line in table().text(plain, width: width, indent: 2).split(separator: "\n") {
                #expect(PlainText.width(String(line)) <= width)
            }
        }
    }

    @Test("a table without rows is nothing")
    func empty() { #expect(Table([.init("A")]).text(plain, width: 80).isEmpty) }

    @Test("wide characters take two columns and combining ones none")
    func widths() {
        #expect(PlainText.width("日本") == 4)
        #expect(PlainText.width("e\u{301}") == 1)
        #expect(PlainText.width("✓ 🚦") == 4)
        #expect(PlainText.cut("日本語", to: 5) == "日本…")
        #expect(PlainText.cut("日本語", to: 4) == "日…")
        #expect(PlainText.cut("abc", to: 3) == "abc")
    }

    @Test("what comes from elsewhere can't command the terminal")
    func control() {
        #expect(Cell("a\u{1B}[31mb\nc\u{9B}d\u{202E}e").text == "a\\u{1b}[31mb c\\u{9b}d\\u{202e}e")
    }

    @Test("there are colours on a terminal only, and not against NO_COLOR")
    func colours() {
        #expect(Palette(.auto, isTerminal: true, variables: [:]).isEnabled)
        #expect(!Palette(.auto, isTerminal: false, variables: [:]).isEnabled)
        #expect(!Palette(.auto, isTerminal: true, variables: ["NO_COLOR": "1"]).isEnabled)
        #expect(Palette(.auto, isTerminal: true, variables: ["NO_COLOR": ""]).isEnabled)
        #expect(!Palette(.auto, isTerminal: true, variables: ["TERM": "dumb"]).isEnabled)
        #expect(Palette(.always, isTerminal: false, variables: ["NO_COLOR": "1"]).isEnabled)
        #expect(Palette(isEnabled: true).paint("x", .bad) == "\u{1B}[31mx\u{1B}[0m")
    }
}
