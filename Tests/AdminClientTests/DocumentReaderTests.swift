import RoutingModel
import Testing

@testable import AdminClient

@Suite struct DocumentReaderTests {
    @Test("YAML is read as YAML 1.2's core schema has it")
    func yaml() throws {
        let text = """
            # rules
            routes:
              star:
                split: [{group: star-canary, weight: 5}, {group: star-stable, weight: 94.5}]
                sticky: {header: x-user}
                description: yes
                tags: [on, "5", 'true', 0123, 1_000, 12:30:45, ~, null, true, -7, 1e3, .5, !!str 6]
                folded: >-
                  two
                  lines
            """
        let value = try DocumentReader.document(text, source: "rules.yaml")
        let star = try #require(value["routes"]?["star"])
        #expect(star["split"]?.items?.last == ["group": "star-stable", "weight": .number(94.5)])
        #expect(star["description"] == "yes")
        #expect(star["folded"] == "two lines")
        #expect(
            star["tags"]?.items == [
                "on", "5", "true", "0123", "1_000", "12:30:45", .null, .null, true, -7, .number(1_000), .number(0.5),
                "6",
            ])
    }

    @Test("several documents of one file, empty ones left out")
    func several() throws {
        #expect(try DocumentReader.documents("---\na: 1\n---\n---\nb: 2\n", source: "f") == [["a": 1], ["b": 2]])
        #expect(throws: ClientFailure.failed("f has 2 documents; one is needed.")) {
            try DocumentReader.document("a: 1\n---\nb: 2\n", source: "f")
        }
    }

    @Test("JSON is read strictly, and a YAML flow mapping isn't taken for bad JSON")
    func json() throws {
        #expect(try DocumentReader.document(#"{"a": [1, 2.5]}"#, source: "-") == ["a": [1, .number(2.5)]])
        #expect(try DocumentReader.document("{a: 1}", source: "rules.yaml") == ["a": 1])
    }

    @Test(
        "what can't be read is refused with its place",
        arguments: [
            ("{\"a\": 1,}", "rules.json", "line 1"), ("{\"a\": 1, \"a\": 2}", "rules.json", "twice"),
            ("a: 1\na: 2\n", "rules.yaml", "twice"), ("a: [1\nb: 2\n", "rules.yaml", "2:"),
            ("[a]: 1", "rules.yaml", "name"), ("a: *x", "rules.yaml", "x"),
        ])
    func refused(text: String, source: String, word: String) {
        let failure = #expect(throws: ClientFailure.self) { try DocumentReader.document(text, source: source) }
        #expect(failure?.description.contains(word) == true, "\(failure.map { "\($0)" } ?? "")")
        #expect(failure?.lines.count == 1)
        #expect(failure?.description.hasPrefix(source) == true)
    }

    @Test("aliases can't make a file explode, and nesting has an end")
    func bombs() {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            bomb +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                + "]\n"
        }
        #expect(throws: ClientFailure.self) { try DocumentReader.document(bomb, source: "f") }
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(throws: ClientFailure.self) { try DocumentReader.document("a: \(deep)", source: "f") }
    }

    @Test("YAML that is written is read back the same, by readers of YAML 1.1 too")
    func roundTrip() throws {
        let value: JSONValue = [
            "plain": "star.test", "empty": "", "list": [], "object": [:], "null": nil, "yes": true, "number": 5,
            "fraction": .number(33.33), "texts": ["yes", "no", "on", "y", "null", "~", "5", "0x1f", "1e3", "12:30:45"],
            "time": "2026-01-31T12:00:00.000Z",
            "odd": [": ", "# no", "- x", "{a}", "a: b", " lead", "tab\t", "*x", "&x", "!x"],
            "lines": "one\ntwo\n", "more": "\n\none", "blank": "  \n x", "crlf": "a\r\nb", "unicode": "日本 🚦 \u{7}",
            "on": 1,
            "deep": [["a": [["b": "c"]]]], "=": "=", "<<": "<<", "127.0.0.1": "127.0.0.1",
        ]
        let text = try YAMLText.text(value)
        #expect(try DocumentReader.document(text, source: "f") == value, "\(text)")
        for word in ["yes", "no", "on", "y", "null", "~", "5", "0x1f", "1e3", "12:30:45"] {
            #expect(text.contains("'\(word)'"))
        }
        #expect(text.contains("plain: star.test\n"))
    }
}
