import Testing

@testable import AdminClient

@Suite struct EventParserTests {
    private static let stream = """
        : heartbeat

        event: entry
        id: 7
        data: {"id":7}

        data:one
        data: two
        retry: 10

        event: entry
        id: 8

        id: 9
        data

        data: unfinished
        """

    private static let events = [
        ServerEvent(name: "entry", id: "7", data: #"{"id":7}"#),
        ServerEvent(name: "message", id: "7", data: "one\ntwo"),
        ServerEvent(name: "message", id: "9", data: ""),
    ]

    @Test("events come out as they are complete, however the bytes are cut", arguments: [1, 2, 3, 7, 1_000])
    func chunks(size: Int) throws {
        var parser = EventParser()
        var events: [ServerEvent] = []
        var rest = Array(Self.stream.utf8)[...]
        while !rest.isEmpty {
            events += try parser.feed(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        #expect(events == Self.events)
        #expect(parser.lastID == "9")
    }

    @Test("lines end with LF, CR or both", arguments: ["\n", "\r", "\r\n"])
    func lineBreaks(ending: String) throws {
        var parser = EventParser(lastID: "5")
        let text = "\u{FEFF}" + Self.stream.replacing("\n", with: ending)
        #expect(try parser.feed(Array(text.utf8)) == Self.events)
    }

    @Test("an id with a NUL in it is passed over, and an event without data is none")
    func oddities() throws {
        var parser = EventParser(lastID: "5")
        #expect(
            try parser.feed(Array("id: 6\0\nevent: x\n\ndata:  y\n\n".utf8)) == [
                .init(name: "message", id: "5", data: " y")
            ])
    }

    @Test("a line without an end is refused rather than kept")
    func endless() {
        var parser = EventParser()
        let chunk = [UInt8](repeating: 0x61, count: 1 << 20)
        #expect(throws: EventParser.TooLong.self) { for _ in 0..<17 { _ = try parser.feed(chunk) } }
    }
}
