import RoutingModel
import TestKit
import Testing

@testable import AdminAPI
@testable import ControlPlane

@Suite("What is held for a token ends with it")
struct RevocationTests {
    /// Holds a request and gives back its answer and how long after `end` it came.
    private static func hold(
        _ server: ServerFixture, _ request: String, end: () async throws -> Void
    ) async throws -> (RawResponse, Duration) {
        let held = Task { RawResponse(try await RawHTTP.exchange(port: server.port, request)) }
        try await eventually("it is held") { await server.controlPlane.watchers.count == 1 }
        let ended = ContinuousClock.now
        try await end()
        let answer = try await held.value
        return (answer, ContinuousClock.now - ended)
    }

    @Test(
        "a question that is held close to the socket, or by general code, is answered 401 at once",
        arguments: ["", "Connection: close\r\n"])
    func held(_ more: String) async throws {
        try await ServerFixture.run { server in
            let secret = try await server.makeToken("edge", .worker)
            let index = await server.controlPlane.current.snapshot.index
            let request = """
                GET /v1/routing?index=\(index)&wait=60s&worker=w HTTP/1.1\r\nHost: localhost\r\n\
                Authorization: Bearer \(secret)\r\n\(more)\r\n
                """
            let (answer, delay) = try await Self.hold(server, request) {
                let revoked = try await server.send("DELETE", "/v1/tokens/edge")
                #expect(revoked.status == 204)
            }
            #expect(answer.status == 401)
            #expect(answer.code == "unauthorized")
            #expect(answer.header("Connection") == (more.isEmpty ? "close" : answer.header("Connection")))
            #expect(delay < .seconds(30))
            #expect(await server.controlPlane.watchers.isEmpty)
        }
    }

    @Test("a question that is held when its token expires is answered 401")
    func expired() async throws {
        try await ServerFixture.run { server in
            let secret = try await server.makeToken("edge", .worker, expiresIn: "8s")
            let index = await server.controlPlane.current.snapshot.index
            let request = """
                GET /v1/routing?index=\(index)&wait=60s HTTP/1.1\r\nHost: localhost\r\n\
                Authorization: Bearer \(secret)\r\n\r\n
                """
            let (answer, delay) = try await Self.hold(server, request) {}
            #expect(answer.status == 401)
            #expect(delay < .seconds(30))
        }
    }

    @Test("a stream ends with its connection")
    func stream() async throws {
        try await ServerFixture.run { server in
            let secret = try await server.makeToken("edge", .worker)
            let index = await server.controlPlane.current.snapshot.index
            let request = """
                GET /v1/routing/stream?index=\(index)&heartbeat=300s HTTP/1.1\r\nHost: localhost\r\n\
                Authorization: Bearer \(secret)\r\n\r\n
                """
            let (answer, delay) = try await Self.hold(server, request) {
                let revoked = try await server.send("DELETE", "/v1/tokens/edge")
                #expect(revoked.status == 204)
            }
            #expect(answer.status == 200)
            #expect(delay < .seconds(30))
        }
    }

    @Test("others are held on, and the next question on a connection that was let in is refused")
    func others() async throws {
        try await ServerFixture.run { server in
            let secret = try await server.makeToken("edge", .worker)
            _ = try await server.makeToken("other", .worker)
            let index = await server.controlPlane.current.snapshot.index
            let question = { (wait: String) in
                """
                GET /v1/routing?index=\(index)&wait=\(wait)&worker=w HTTP/1.1\r\nHost: localhost\r\n\
                Authorization: Bearer \(secret)\r\n\r\n
                """
            }
            // The second one comes when the token has gone, from fields that are known.
            let answers = Task {
                try await RawHTTP.exchange(port: server.port, question("60s") + question("60s"))
            }
            try await eventually("the first is held") { await server.controlPlane.watchers.count == 1 }
            #expect(try await server.send("DELETE", "/v1/tokens/other").status == 204)
            #expect(await server.controlPlane.watchers.count == 1)
            #expect(try await server.send("DELETE", "/v1/tokens/edge").status == 204)
            let text = try await answers.value
            #expect(text.hasPrefix("HTTP/1.1 401"))
            #expect(!text.contains("HTTP/1.1 304"))
            #expect(!text.contains("HTTP/1.1 200"))
        }
    }
}
