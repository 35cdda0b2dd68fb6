import NIOHTTP1
import RoutingEngine
import RoutingModel
import Testing

@testable import ProxyWorker

@Suite struct MessageTests {
    private let peer = SnapshotPeer(id: PeerID("n~1"), address: "::1", port: 80, weight: 1)

    private func request(
        _ method: HTTPMethod = .GET,
        _ target: String = "/",
        version: HTTPVersion = .http1_1,
        _ fields: [(String, String)] = [("Host", "star.test")]
    ) throws -> ProxiedRequest {
        var reader = RequestReader(sourceIP: "10.0.0.1")
        return try reader.read(
            HTTPRequestHead(version: version, method: method, uri: target, headers: HTTPHeaders(fields))
        )
    }

    @Test("Field names are told apart in any case")
    func tellsFields() {
        #expect(FieldKind("CONNECTION") == .connection)
        #expect(FieldKind("Keep-Alive") == .keepAlive)
        #expect(FieldKind("te") == .te)
        #expect(FieldKind("Transfer-Encoding") == .transferEncoding)
        #expect(FieldKind("X-FORWARDED-HOST") == .forwardedHost)
        #expect(FieldKind("Proxy-Connection") == .hopByHop)
        #expect(FieldKind("X-Forwarded-Fox") == .endToEnd)
        #expect(FieldKind("") == .endToEnd)
        // The bit that tells cases apart must not make letters of other characters.
        #expect(!"ho\u{13}t".isField("host"))
        #expect(!"x[y".isField("x{y"))
    }

    @Test(
        "Targets in each form",
        arguments: [
            ("/a?b=c", "/a?b=c", "/a", "b=c", nil), ("/", "/", "/", "", nil), ("/?", "/?", "/", "", nil),
            ("http://h:81/a?b", "/a?b", "/a", "b", "h:81"), ("HTTPS://h", "/", "/", "", "h"),
            ("http://h?x", "/?x", "/", "x", "h"), ("*", "*", "/", "", nil),
        ] as [(String, String, String, String, String?)]
    )
    func readsTargets(sent: String, text: String, path: String, query: String, authority: String?) throws {
        let target = try RequestTarget(sent, method: .OPTIONS)
        #expect(target.text == text)
        #expect(target.path == path)
        #expect(target.query == query)
        #expect(target.authority == authority)
    }

    @Test(
        "Targets that can't be",
        arguments: ["", "a", "http://", "http:///x", "ftp://h/", "/a b", "/a#b", "http://h#x"]
    )
    func refusesTargets(sent: String) {
        #expect(throws: ProxyProblem.self) { try RequestTarget(sent, method: .GET) }
    }

    @Test("What routing asks for: host in its normal form, repeated fields joined")
    func readsFacts() throws {
        let request = try request(
            .GET,
            "/p?q",
            [("Host", "STAR.Test.:8080"), ("X-A", "1"), ("x-a", "2"), ("Cookie", "a=1"), ("Cookie", "b=2")]
        )
        #expect(request.method == "GET")
        #expect(request.host == "star.test")
        #expect(request.path == "/p")
        #expect(request.query == "q")
        #expect(request.sourceIP == "10.0.0.1")
        #expect(request.header("x-a") == "1,2")
        #expect(request.header("cookie") == "a=1; b=2")
        #expect(request.header("x-b") == nil)
    }

    @Test("A host that changes on one connection is noticed")
    func followsHost() throws {
        var reader = RequestReader(sourceIP: "10.0.0.1")
        for host in ["a.test", "a.test", "B.test", "a.test"] {
            let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: ["Host": host])
            let read = try reader.read(head)
            #expect(read.host == host.lowercased())
        }
    }

    @Test("Keep-alive by version and Connection")
    func readsKeepAlive() throws {
        #expect(try request().isKeepAlive)
        #expect(try !request(.GET, "/", [("Host", "a"), ("Connection", "x, Close")]).isKeepAlive)
        #expect(try !request(.GET, "/", version: .http1_0, []).isKeepAlive)
        #expect(try request(.GET, "/", version: .http1_0, [("connection", "Keep-Alive")]).isKeepAlive)
    }

    @Test("The head for the peer")
    func forwardsRequest() throws {
        let request = try request(
            .POST,
            "http://h:1/x",
            [
                ("Host", "other"), ("Transfer-Encoding", "chunked"), ("TE", "trailers"), ("Connection", "x-hop"),
                ("X-Hop", "1"), ("X-End", "2"), ("Expect", "100-continue"), ("X-Forwarded-For", "1.1.1.1"),
            ]
        )
        let head = RequestForwarding.head(for: request, peer: peer)
        #expect(head.uri == "/x")
        #expect(
            head.headers.map { "\($0.name): \($0.value)" } == [
                "Host: h:1", "TE: trailers", "Connection: TE", "X-End: 2", "Expect: 100-continue",
                "Transfer-Encoding: chunked", "X-Forwarded-For: 1.1.1.1, 10.0.0.1", "X-Forwarded-Proto: http",
                "X-Forwarded-Host: h:1",
            ]
        )
    }

    @Test("HTTP/1.0 without a host: the peer's address stands in for it")
    func forwardsHTTP10() throws {
        let head = RequestForwarding.head(for: try request(.GET, "/", version: .http1_0, []), peer: peer)
        #expect(head.version == .http1_1)
        #expect(head.headers["Host"] == ["[::1]:80"])
    }

    @Test("Trailers lose what isn't theirs to say")
    func filtersTrailers() {
        #expect(RequestForwarding.trailers(nil) == nil)
        #expect(RequestForwarding.trailers(["Content-Length": "1", "Host": "x", "Connection": "close"]) == nil)
        #expect(RequestForwarding.trailers(["X-Sum": "1", "TE": "x"]) == ["X-Sum": "1"])
    }

    private func response(
        _ fields: [(String, String)],
        status: HTTPResponseStatus = .ok,
        version: HTTPVersion = .http1_1,
        to request: ProxiedRequest,
        closing: Bool = false
    ) -> ResponseForwarding? {
        let head = HTTPResponseHead(version: version, status: status, headers: HTTPHeaders(fields))
        return ResponseForwarding(head, to: request, closing: closing)
    }

    @Test("How a response's body ends, for the client and for the peer's connection")
    func framesResponses() throws {
        let get = try request()
        let old = try request(.GET, "/", version: .http1_0, [("Connection", "keep-alive")])
        #expect(response([("Content-Length", "5")], to: get)?.framing == .length(5))
        // More than a number holds: nobody knows where the body ends.
        #expect(response([("Content-Length", "18446744073709551615")], to: get) == nil)
        #expect(response([("Transfer-Encoding", "chunked")], to: get)?.framing == .chunked)
        #expect(response([("Transfer-Encoding", "Chunked")], to: old)?.framing == .untilClose)
        #expect(response([], to: get)?.framing == .chunked)
        #expect(response([], to: get)?.keepsUpstream == false)
        #expect(response([], to: old)?.closesClient == true)
        #expect(response([], status: .noContent, to: get)?.framing == BodyFraming.none)
        #expect(response([], status: .noContent, to: get)?.keepsUpstream == true)
        #expect(response([("Transfer-Encoding", "gzip, chunked")], to: get) == nil)
        #expect(response([("Content-Length", "5"), ("Content-Length", "6")], to: get) == nil)
    }

    @Test("Whether connections go on")
    func keepsConnections() throws {
        let get = try request()
        let length = ("Content-Length", "0")
        #expect(response([length], to: get)?.keepsUpstream == true)
        #expect(response([length, ("Connection", "Close")], to: get)?.keepsUpstream == false)
        #expect(response([length, ("Connection", "Close")], to: get)?.closesClient == false)
        #expect(response([length], version: .http1_0, to: get)?.keepsUpstream == false)
        #expect(response([length, ("Connection", "keep-alive")], version: .http1_0, to: get)?.keepsUpstream == true)
        #expect(response([length], to: get, closing: true)?.closesClient == true)
        #expect(response([length], to: get, closing: true)?.head.headers["Connection"] == ["close"])
    }

    @Test(
        "A peer's limit for idle connections",
        arguments: [
            ("timeout=5", 5), ("max=3, Timeout=15", 15), ("timeout=x", nil), ("", nil), ("timeout", nil),
            ("timeout=-9223372036854775808", nil), ("timeout=99999999999999999999", nil),
        ]
            as [(String, Int?)]
    )
    func readsKeepAliveTimeout(value: String, seconds: Int?) {
        #expect(ResponseForwarding.timeout(value) == seconds)
    }

    @Test("A problem is a JSON document for every code", arguments: ProxyProblem.Code.allCases)
    func writesProblems(code: ProxyProblem.Code) throws {
        let problem = ProxyProblem(code)
        let tree = try CanonicalJSON.decode(JSONValue.self, from: problem.body)
        #expect(
            tree
                == .object([
                    "type": .string("about:blank"), "title": .string(code.title),
                    "status": .integer(Int64(code.status)),
                    "code": .string(code.rawValue), "detail": .string(code.detail),
                ])
        )
    }
}
