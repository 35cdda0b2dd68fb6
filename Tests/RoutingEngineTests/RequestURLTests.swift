import RoutingEngine
import RoutingModel
import Testing

@Suite("A request is read from a URL as a client would send it")
struct RequestURLTests {
    @Test("path and query stay encoded as they are, dot segments go, the fragment isn't sent, the host is normalised")
    func parts() throws {
        for (url, host, path, query) in [
            ("http://star.test", "star.test", "/", ""), ("HTTPS://Star.Test:8443/", "star.test", "/", ""),
            ("http://star.test/a%2Fb/../c?x=%20&y#frag?z", "star.test", "/c", "x=%20&y"),
            ("http://star.test/a%2Fb/./c", "star.test", "/a%2Fb/c", ""),
            ("http://star.test?q=1", "star.test", "/", "q=1"), ("http://star.test./x", "star.test", "/x", ""),
            ("http://[::1]:80/x", "[::1]", "/x", ""), ("http://10.0.0.1:1/a?b?c", "10.0.0.1", "/a", "b?c"),
            ("http://star.test#f", "star.test", "/", ""), ("http://star.test:/x:y@z", "star.test", "/x:y@z", ""),
        ] {
            let problems = ProblemList()
            let facts = try #require(RequestFacts(url: url, problems: problems), "\(url): \(problems.problems)")
            #expect((facts.host, facts.path, facts.query) == (host, path, query), "\(url)")
        }
    }

    @Test("headers are name:value; a host among them goes before the URL's")
    func headers() throws {
        let facts = try #require(
            RequestFacts(
                url: "http://127.0.0.1:8080/", method: "PUT",
                headers: ["Host: star.test:80", "x-user:ada: l", "X-User: \t bob "],
                sourceIP: "0:0:0:0:0:0:0:1", problems: ProblemList()))
        #expect(facts.host == "star.test")
        #expect(facts.method == "PUT")
        #expect(facts.header("x-user") == "ada: l,bob")
        #expect(facts.sourceIP == "::1")
    }

    @Test(
        "what can't be requested is refused by parameter",
        arguments: [
            ("", "/url required"), ("star.test", "/url invalid_value"), ("/x", "/url invalid_value"),
            ("ftp://star.test/", "/url invalid_value"), ("http:/star.test", "/url invalid_value"),
            ("http://", "/url invalid_value"), ("http:///x", "/url invalid_value"),
            ("http://u:p@star.test/", "/url invalid_value"), ("http://star test/", "/url invalid_value"),
            ("http://star.test/a b", "/url invalid_value"), ("http://star.test:0/", "/url invalid_value"),
            ("http://star.test:65536/", "/url invalid_value"), ("http://star.test:x/", "/url invalid_value"),
            ("http://*.test/", "/url invalid_value"), ("http://[::1/", "/url invalid_value"),
            ("http://[::1]x/", "/url invalid_value"), ("http://a:1:2/", "/url invalid_value"),
            ("http://é.test/", "/url invalid_value"),
            ("http://99999999999999999999:99999999999999999999/", "/url invalid_value"),
        ])
    func refused(url: String, problem: String) {
        let problems = ProblemList()
        #expect(RequestFacts(url: url, problems: problems) == nil)
        #expect(problems.problems.map { "\($0.pointer) \($0.code)" } == [problem])
    }

    @Test("all that is wrong is told at once")
    func everything() {
        let problems = ProblemList()
        let facts = RequestFacts(
            url: "x", method: "G T", headers: ["novalue", "b d:1", "host:a b", "ok:1\u{0}"], sourceIP: "localhost",
            problems: problems)
        #expect(facts == nil)
        #expect(
            problems.problems.map(\.pointer)
                == ["/url", "/method", "/header", "/header", "/header", "/header", "/source_ip"])
    }
}
