import Foundation
import NIOCore
import RoutingModel
import TestKit
import Testing

@testable import AdminAPI
@testable import ControlPlane

@Suite("One connection can't take what belongs to all")
struct ConnectionLimitTests {
    private static let question = "GET /v1/routing?index=0 HTTP/1.1\r\n\(ServerFixture.fields)"

    @Test(
        "a head that doesn't come to its end is answered 408, on a new connection and on one that was used",
        arguments: [
            "G", "GET /healthz HTTP/1.1\r\nHost: loc", question, "PUT /v1/groups/g HTTP/1.1\r\n",
            "\(question)\r\nGET /v1/routing?in",
        ])
    func slowHead(_ request: String) async throws {
        try await ServerFixture.run {
            $0.limits.headTime = .milliseconds(300)
        } _: { server in
            let answer = try await RawHTTP.exchange(port: server.port, request)
            #expect(answer.contains("HTTP/1.1 408 Request Timeout\r\n"))
            #expect(answer.contains(#""code":"request_timeout""#))
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    @Test("a body that doesn't come to its end is answered 408")
    func slowBody() async throws {
        try await ServerFixture.run {
            $0.limits.bodyTime = .milliseconds(300)
        } _: { server in
            let answer = try await RawHTTP.exchange(
                port: server.port,
                "PUT /v1/groups/g HTTP/1.1\r\n\(ServerFixture.fields)Content-Type: application/json\r\n"
                    + "Content-Length: 1000\r\n\r\n{")
            #expect(RawResponse(answer).status == 408)
            #expect(RawResponse(answer).code == "request_timeout")
            #expect(await server.controlPlane.currentRules.groups.isEmpty)
        }
    }

    @Test("neither a question that is held nor a stream is late")
    func notLate() async throws {
        try await ServerFixture.run {
            $0.limits.headTime = .milliseconds(200)
            $0.limits.bodyTime = .milliseconds(200)
            $0.limits.stallTime = .milliseconds(200)
        } _: { server in
            let index = await server.controlPlane.current.snapshot.index
            for more in ["", "Connection: close\r\n"] {
                let answer = try await RawHTTP.exchange(
                    port: server.port,
                    "GET /v1/routing?index=\(index)&wait=700ms HTTP/1.1\r\n\(ServerFixture.fields)\(more)\r\n"
                        + "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 304"))
                #expect(!answer.contains("408"))
            }
        }
    }

    @Test(
        "what isn't HTTP is answered 400 with a problem document",
        arguments: [
            "hello\r\n\r\n", "GET /\r\n\r\n", "GET /healthz HTTP/3.0\r\nHost: localhost\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost localhost\r\n\r\n", "GET /healthz HTTP/1.1\r\nA b: c\r\n\r\n",
            "POST /v1/groups HTTP/1.1\r\nContent-Length: x\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{FC}",
            "POST /v1/groups HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
        ])
    func unreadable(_ request: String) async throws {
        try await ServerFixture.run { server in
            let answer = RawResponse(try await RawHTTP.exchange(port: server.port, request))
            #expect(answer.status == 400, "\(answer.text)")
            #expect(answer.code == "bad_request")
            #expect(answer.header("Content-Type") == "application/problem+json")
            #expect(answer.json["request_id"]?.text == answer.header("X-Request-Id"))
        }
    }

    @Test("what came before it is answered first")
    func pipelined() async throws {
        try await ServerFixture.run { server in
            let index = await server.controlPlane.current.snapshot.index
            let answer = try await RawHTTP.exchange(
                port: server.port,
                "GET /v1/routing?wait=300ms&index=\(index) HTTP/1.1\r\n\(ServerFixture.fields)X-Request-Id: a\r\n\r\n"
                    + "nonsense\r\n\r\n")
            let statuses = answer.matches(of: #/HTTP/1\.1 ([0-9]{3}) /#).map(\.output.1)
            #expect(statuses == ["304", "400"])
        }
    }

    @Test("a head that is too large is answered 431", arguments: ["/healthz", "/v1/routing?index=0"])
    func largeHead(_ path: String) async throws {
        try await ServerFixture.run { server in
            let fits = try await server.send(
                "GET", path, fields: "X-Long: \(String(repeating: "x", count: 16_000))\r\n")
            #expect(fits.status == 200)
            for field in [
                "X-Long: \(String(repeating: "x", count: 40_000))\r\n",
                (0..<1_000).map { "X-\($0): \(String(repeating: "x", count: 40))\r\n" }.joined(),
            ] {
                let answer = try await server.send("GET", path, fields: field)
                #expect(answer.status == 431, "\(answer.text)")
                #expect(answer.code == "header_too_large")
            }
        }
    }

    @Test("a body that is too large is answered 413, and the limit is told")
    func largeBody() async throws {
        try await ServerFixture.run { server in
            let answer = try await server.send("PUT", "/v1/groups/g", String(repeating: " ", count: (1 << 20) + 1))
            #expect(answer.status == 413)
            #expect(answer.json["detail"]?.text == "The body is larger than 1 MiB.")
            #expect(answer.text.components(separatedBy: "HTTP/1.1 ").count == 2)
        }
    }

    @Test("connections beyond the limit are answered 503, and there is room again when one ends")
    func connections() async throws {
        try await ServerFixture.run {
            $0.maxConnections = 2
        } _: { server in
            let index = await server.controlPlane.current.snapshot.index
            let question = "GET /v1/routing?index=\(index)&wait=60s HTTP/1.1\r\n\(ServerFixture.fields)\r\n"
            try await RawHTTP.withConnection(port: server.port, question) {
                try await RawHTTP.withConnection(port: server.port, question) {
                    try await eventually("two are held") { await server.controlPlane.watchers.count == 2 }
                    let answer = RawResponse(
                        try await RawHTTP.exchange(
                            port: server.port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    #expect(answer.status == 503)
                    #expect(answer.code == "unavailable")
                }
            }
            try await eventually("there is room") { try await server.send("GET", "/healthz").status == 200 }
        }
    }

    @Test("who takes nothing of what waits for it is cut off")
    func stalled() async throws {
        try await ServerFixture.run {
            $0.limits.stallTime = .milliseconds(500)
            $0.maxConnections = 1
        } _: { server in
            let peers = (0..<9_000).map { #"{"address":"10.0.\#($0 / 250).\#($0 % 250)","port":1}"# }
            let group = Data(#"{"peers":[\#(peers.joined(separator: ","))]}"#.utf8)
            for name in ["a", "b", "c"] {
                _ = try await server.controlPlane.execute(.putGroup(name, group), author: "token:test")
            }
            let size = await server.controlPlane.current.body().count
            let questions = String(repeating: "\(Self.question)\r\n", count: 24 * (1 << 20) / size + 1)
            // There is room for another one only when it has gone.
            try await RawHTTP.withConnection(port: server.port, questions) {
                try await eventually("it is cut off") { try await server.send("GET", "/healthz").status == 200 }
            }
        }
    }
}
