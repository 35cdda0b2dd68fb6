import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct RefusalTests {
    static let refused: [(request: String, status: Int, code: String)] = [
        ("GET / HTTP/1.1\r\n\r\n", 400, "bad_request"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "bad_request"),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "bad_request"),
        ("GET / HTTP/1.1\r\nHost: user@a\r\n\r\n", 400, "bad_request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "bad_request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400, "bad_request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400, "bad_request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400, "bad_request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", 400, "bad_request"),
        ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "bad_request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, "not_implemented"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "not_implemented"),
        ("GET nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request"),
        ("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request"),
        ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request"),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request"),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, "bad_request"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", 400, "bad_request"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n folded\r\n\r\n", 400, "bad_request"),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method_not_allowed"),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "version_not_supported"),
        ("nonsense\r\n\r\n", 400, "bad_request"),
        ("GET / HTCPCP/1.0\r\n\r\n", 400, "bad_request"),
    ]

    @Test("What isn't good HTTP/1.1 is refused, the connection is closed, and no peer sees it", arguments: refused)
    func refuses(request: String, status: Int, code: String) async throws {
        let stub = try await UpstreamStub.answering("never")
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write(request)
            let response = try await client.readResponse()
            #expect(response.status == status, "\(request.debugDescription)")
            #expect(response.values("X-Signalbox-Error") == [code])
            #expect(response.values("Content-Type") == ["application/problem+json"])
            #expect(response.values("Connection") == ["close"])
            #expect(response.body.contains("\"code\":\"\(code)\""))
            #expect(try await client.waitForEnd() == .orderly)
            #expect(stub.connections.isEmpty)
        }
        await stub.stop()
    }

    @Test("A head that is too large is answered 431", arguments: ["target", "field", "fields", "count"])
    func refusesLargeHead(what: String) async throws {
        let stub = try await UpstreamStub.answering("never")
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            let field = "X-Large: \(String(repeating: "a", count: 30_000))\r\n"
            switch what {
            case "target":
                try await client.write("GET /\(String(repeating: "a", count: 40_000)) HTTP/1.1\r\nHost: a\r\n\r\n")
            case "field":
                try await client.write(
                    "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 40_000))\r\n\r\n"
                )
            case "fields": try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\(field)\(field)\(field)\r\n")
            default:
                try await client.write(
                    "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: 1\r\n", count: 200))\r\n"
                )
            }
            let response = try await client.readResponse()
            #expect(response.status == 431)
            #expect(response.values("X-Signalbox-Error") == ["head_too_large"])
            #expect(try await client.waitForEnd() == .orderly)
        }
        await stub.stop()
    }

    @Test("A body whose chunks aren't chunks is answered 400, and the peer's connection is cut")
    func refusesBrokenChunks() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readHead()
            try await connection.waitForEnd()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            try await eventually("a connection") { !stub.connections.isEmpty }
            try await client.write("nonsense\r\n")
            #expect(try await client.readResponse().status == 400)
            #expect(try await client.waitForEnd() == .orderly)
            try await eventually("the end") { stub.connections[0].hasEnded }
        }
        await stub.stop()
    }

    @Test("What isn't HTTP behind a good request is refused after that request's response")
    func refusesAfterResponse() async throws {
        let stub = try await UpstreamStub.answering("good")
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / nonsense\r\n\r\n")
            #expect(try await client.readResponse().body == "good")
            #expect(try await client.readResponse().status == 400)
            #expect(try await client.waitForEnd() == .orderly)
        }
        await stub.stop()
    }
}
