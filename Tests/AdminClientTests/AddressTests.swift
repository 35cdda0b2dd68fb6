import Testing

@testable import AdminClient

@Suite struct AddressTests {
    @Test("names and values arrive as they were written")
    func encoding() throws {
        let server = try #require(ServerAddress("http://127.0.0.1:7000/"))
        let path = RequestPath("v1", "peers", "node 1~a/b?c#d%é", "override")
            .with("kind", "peer.*,route.updated").with("since", nil).with("at", "2026-01-31T12:00:00+01:00")
        #expect(
            server.url(path)
                == "http://127.0.0.1:7000/v1/peers/node%201~a%2Fb%3Fc%23d%25%C3%A9/override"
                + "?kind=peer.%2A%2Croute.updated&at=2026-01-31T12%3A00%3A00%2B01%3A00")
    }

    @Test("a proxy's path stays in front", arguments: ["https://box.test/signalbox", "https://box.test/signalbox//"])
    func prefix(text: String) throws {
        let server = try #require(ServerAddress(text))
        #expect(server.isSecure)
        #expect(server.url(RequestPath("v1", "routes")) == "https://box.test/signalbox/v1/routes")
    }

    @Test(
        "what is no address of a server is refused",
        arguments: ["", "127.0.0.1:7000", "ftp://a", "http://", "http://a?b", "http://a#b", "http://user@a"])
    func refused(text: String) { #expect(ServerAddress(text) == nil) }

    @Test(
        "spans of time are written as the server takes them",
        arguments: [
            ("2h", "2h"), ("1h30m", "1h30m"), ("7d", "168h"), ("1d12h", "24h12h"), ("1.5h", "1.5h"), ("2", nil),
            ("d", nil),
            ("-2h", nil), ("", nil), ("2h1d", nil),
        ] as [(String, String?)])
    func spans(text: String, expected: String?) { #expect(SpanText.duration(text) == expected) }

    @Test(
        "a moment may be how long ago it was, with its sign or without",
        arguments: [
            ("2h", "-2h"), ("-2h", "-2h"), ("12", "12"), ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ])
    func moments(text: String, expected: String) { #expect(SpanText.moment(text) == expected) }
}
