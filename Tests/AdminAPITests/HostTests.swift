import HTTPTypes
import RoutingModel
import Testing

@testable import AdminAPI

@Suite("Requests that are meant for another host, or come from another origin, are refused")
struct HostTests {
    @Test(
        "addresses, localhost and names that were given are this server's",
        arguments: [
            "localhost", "LOCALHOST:7000", "127.0.0.1", "127.0.0.1:7000", "10.1.2.3:1", "[::1]", "[::1]:7000",
            "[2001:db8::1]", "box.test", "Box.Test:7000", "box.test.",
        ])
    func allowed(_ host: String) {
        #expect(HostRule(["box.test"]).allows(host))
    }

    @Test(
        "everything else isn't",
        arguments: [
            "evil.test", "localhost.evil.test", "box.test.evil.test", "127.0.0.1.evil.test", "1.2.3", "::1", "[::1",
            "[evil.test]", "[::1]evil", "box.test:80:80", "box.test:x", "", "x:", "localhost@evil.test", "127.0.0.1x",
        ])
    func refused(_ host: String) {
        #expect(!HostRule(["box.test"]).allows(host))
    }

    @Test(
        "on every path and close to the socket too: 421",
        arguments: ["/healthz", "/v1/groups", "/v1/routing?index=0", "/x"])
    func answers(_ path: String) async throws {
        try await ServerFixture.run {
            $0.names = ["box.test"]
        } _: { server in
            let wrong = try await server.send("GET", path, host: "evil.test")
            #expect(wrong.status == 421)
            #expect(wrong.code == "misdirected")
            for host in ["box.test", "127.0.0.1:\(server.port)", "localhost"] {
                #expect([200, 404].contains(try await server.send("GET", path, host: host).status))
            }
            let held = try await RawHTTP.exchange(
                port: server.port,
                "GET /v1/routing?index=0 HTTP/1.1\r\n\(ServerFixture.fields.replacing("localhost", with: "evil.test"))\r\n"
                    + "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            #expect(held.hasPrefix("HTTP/1.1 421"))
            #expect(held.contains("HTTP/1.1 200"))
        }
    }

    @Test("without a list no origin is told anything")
    func noOrigin() async throws {
        try await ServerFixture.run { server in
            let answer = try await server.send("GET", "/v1/groups", fields: "Origin: https://console.test\r\n")
            #expect(!answer.text.lowercased().contains("access-control"))
            let preflight = try await server.send(
                "OPTIONS", "/v1/groups",
                fields: "Origin: https://console.test\r\nAccess-Control-Request-Method: GET\r\n")
            #expect(preflight.status == 405)
        }
    }

    @Test("a listed origin may ask, and is told so in refusals too; another may not")
    func origins() async throws {
        try await ServerFixture.run {
            $0.origins = ["https://console.test"]
        } _: { server in
            let listed = "Origin: https://console.test\r\n"
            let wish = "Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: authorization\r\n"
            let preflight = RawResponse(
                try await RawHTTP.exchange(
                    port: server.port,
                    "OPTIONS /v1/groups/g HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(listed)\(wish)\r\n"))
            #expect(preflight.status == 204)
            #expect(preflight.header("Access-Control-Allow-Origin") == "https://console.test")
            #expect(preflight.header("Access-Control-Allow-Methods")?.contains("PUT") == true)
            #expect(preflight.header("Access-Control-Allow-Headers")?.contains("Authorization") == true)
            #expect(preflight.header("Access-Control-Allow-Credentials") == nil)
            #expect(preflight.header("Vary")?.contains("Origin") == true)

            for token in [ServerFixture.secret, "wrong"] {
                let answer = try await server.send("GET", "/v1/groups", token: token, fields: listed)
                #expect(answer.status == (token == "wrong" ? 401 : 200))
                #expect(answer.header("Access-Control-Allow-Origin") == "https://console.test")
                #expect(answer.header("Access-Control-Expose-Headers")?.contains("X-Signalbox-Revision") == true)
                #expect(answer.header("Vary") == "Origin")
            }
            let other = try await server.send("GET", "/v1/groups", fields: "Origin: https://evil.test\r\n")
            #expect(other.header("Access-Control-Allow-Origin") == nil)
            #expect(other.header("Vary") == "Origin")
            let question = try await server.send("GET", "/v1/routing?index=0", fields: listed)
            #expect(question.header("Access-Control-Allow-Origin") == "https://console.test")
        }
    }

    @Test("every answer has an id, the client's own if it is sane, and nothing that a browser would run")
    func ids() async throws {
        try await ServerFixture.run { server in
            let own = try await server.send("GET", "/v1/none", fields: "X-Request-Id: abc-1.2_3\r\n")
            #expect(own.header("X-Request-Id") == "abc-1.2_3")
            #expect(own.json["request_id"]?.text == "abc-1.2_3")
            for insane in ["a b", "é", String(repeating: "x", count: 129), "<script>", ""] {
                let answer = try await server.send("GET", "/v1/none", fields: "X-Request-Id: \(insane)\r\n")
                let id = try #require(answer.header("X-Request-Id"))
                #expect(id.wholeMatch(of: /[0-9a-f]{16}/) != nil)
                #expect(answer.json["request_id"]?.text == id)
            }
            let two = try await RawHTTP.exchange(
                port: server.port,
                "GET /v1/routing?index=0 HTTP/1.1\r\n\(ServerFixture.fields)\r\n"
                    + "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let ids = two.lowercased().matches(of: /x-request-id: ([0-9a-f]{16})/).map(\.output.1)
            #expect(ids.count == 2)
            #expect(Set(ids).count == 2)
            #expect(two.lowercased().matches(of: /x-content-type-options: nosniff/).count == 2)
        }
    }
}
