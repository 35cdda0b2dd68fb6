import Testing

@testable import AdminAPI

@Suite("Questions of workers are read from the bytes, and only what is exactly one")
struct RoutingQuestionTests {
    private static let fields = "Host: 127.0.0.1\r\nAuthorization: Bearer secret\r\n"

    private func read(_ target: String, version: String = "HTTP/1.1") -> RoutingQuestion? {
        RoutingQuestion(line: Array("GET \(target) \(version)\r\n".utf8))
    }

    private func token(_ fields: String) -> String? {
        RoutingFields(Array("\(fields)\r\n".utf8)).flatMap { BearerToken.secret(in: $0.authorization) }
    }

    @Test("a worker's question is read with all that it says")
    func whole() throws {
        let question = try #require(read("/v1/routing?index=42&wait=1500ms&worker=edge-1&delta=true"))
        #expect(question.index == 42)
        #expect(question.wait == .milliseconds(1_500))
        #expect(question.worker == "edge-1")
        #expect(question.isDelta)
        #expect(token(Self.fields) == "secret")
        let plain = try #require(read("/v1/routing?delta=false&index=0"))
        #expect(plain.wait == .seconds(30))
        #expect(plain.worker == nil)
        #expect(!plain.isDelta)
        #expect(read("/v1/routing?index=1&wait=1h")?.wait == .seconds(300))
    }

    @Test("fields are read whatever their case, and those that mean nothing here don't matter")
    func otherFields() {
        let fields = "HOST:x\r\nauthorization:\tBEARER   secret \r\nAccept: */*\r\nUser-Agent: a b (c)\r\nX-Empty:\r\n"
        #expect(token(fields) == "secret")
    }

    @Test(
        "what is another question, or is to be refused, or is written oddly, is left to the general code",
        arguments: [
            "/v1/routing?", "/v1/routing?wait=1s", "/v1/routing?index=", "/v1/routing?index=-1", "/v1/routing?index=+1",
            "/v1/routing?index=1&index=2", "/v1/routing?index=1&nope=2", "/v1/routing?index=1&", "/v1/routing?&index=1",
            "/v1/routing?index=1&wait=soon", "/v1/routing?index=1&wait=-1s", "/v1/routing?index=1&worker=",
            "/v1/routing?index=1&worker=a%2Db", "/v1/routing?index=1&worker=a/b", "/v1/routing?index=1&delta=yes",
            "/v1/routing?index=99999999999999999999", "/v1/routing?index=%31", "/v1/routing?index=1#x",
            "/v1/routing/stream?index=1", "/v1/routin?index=1", "/v1/routing?index=1 ", "http://h/v1/routing?index=1",
        ])
    func otherTargets(_ target: String) {
        #expect(read(target) == nil)
    }

    @Test(
        "a head with anything that changes its meaning, or that isn't well formed, is left to the general code",
        arguments: [
            "Host: x\r\n", "Authorization: Bearer secret\r\n", "\(fields)Content-Length: 0\r\n",
            "\(fields)Transfer-Encoding: chunked\r\n", "\(fields)Connection: close\r\n", "\(fields)Expect: x\r\n",
            "\(fields)If-None-Match: \"1\"\r\n", "\(fields)Upgrade: h2c\r\n", "\(fields)Host: y\r\n",
            "\(fields)Origin: http://x\r\n", "\(fields)X-Request-Id: x\r\n",
            "\(fields)Authorization: Bearer other\r\n", "\(fields) folded\r\n", "\(fields)A b: c\r\n",
            "\(fields)A : c\r\n", "\(fields): c\r\n", "\(fields)A\r\n", "\(fields)A: b\nC: d\r\n",
            "\(fields)A: b\rC\r\n",
            "\(fields)A: \u{0}\r\n", "\(fields)A: é\r\n", "Host: x\r\nAuthorization: Basic secret\r\n",
            "Host: x\r\nAuthorization: Bearer\r\n", "Host: x\r\nAuthorization: Bearer a b\r\n",
        ])
    func otherFieldsRefused(_ fields: String) {
        #expect(token(fields) == nil)
    }

    @Test("other methods, versions and broken lines are left to the general code")
    func otherLines() {
        #expect(read("/v1/routing?index=1", version: "HTTP/1.0") == nil)
        #expect(read("/v1/routing?index=1", version: "HTTP/1.1 ") == nil)
        let whole = "GET /v1/routing?index=1 HTTP/1.1\r\n"
        #expect(RoutingQuestion(line: Array(whole.utf8)) != nil)
        for odd in [
            "HEAD" + whole.dropFirst(3), whole.replacing("\r\n", with: "\n"), String(whole.dropLast()), "", "\r\n",
            " " + whole, whole.replacing("GET /", with: "GET  /"), whole.replacing("?", with: "?\u{0}"),
            whole.replacing("?", with: "?é"), "GET /v1/routing? HTTP/1.1\r\n",
        ] {
            #expect(RoutingQuestion(line: Array(odd.utf8)) == nil)
        }
        let fields = Self.fields + "\r\n"
        #expect(RoutingFields(Array(fields.utf8)) != nil)
        for odd in [fields.replacing("\r\n", with: "\n"), String(fields.dropLast(2)), "", "\r\n", "\r\n\r\n"] {
            #expect(RoutingFields(Array(odd.utf8)) == nil)
        }
    }

    @Test("dates are written as HTTP writes them")
    func dates() {
        #expect(HTTPDate.text(second: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(second: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }
}
