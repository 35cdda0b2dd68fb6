import Foundation
import HTTPTypes
import Logging
import RoutingModel
import ServiceLifecycle
import Store
import TestKit
import Testing

@testable import AdminAPI
@testable import ControlPlane

@Suite("Questions that are held close to the socket are answered as all others are")
struct HeldQuestionTests {
    private static let secret = "a-secret-that-only-tests-know"
    private static let fields = "Host: localhost\r\nAuthorization: Bearer \(secret)\r\n"

    /// Runs `test` against the admin server as it is in production, on a port of its own, and ends it in order.
    private static func withServer(_ test: (ControlPlane, Int) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "signalbox-held-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SQLiteStore(path: folder.appending(path: "signalbox.sqlite").path)
        let controlPlane = try await ControlPlane(store: store, discovery: nil, logger: .silent)
        let listening = AsyncStream.makeStream(of: Int.self)
        let server = AdminServer(
            configuration: AdminConfiguration(host: "127.0.0.1", port: 0, token: AdminToken(secret)),
            controlPlane: controlPlane, metrics: PrometheusRegistry(), logger: .silent,
            onListening: { listening.continuation.yield($0) })
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: server)], logger: Logger.silent))
        let running = Task { try await group.run() }
        var port = 0
        for await number in listening.stream {
            port = number
            break
        }
        do {
            try await test(controlPlane, port)
        } catch {
            running.cancel()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await within(.seconds(20), "the server's end") { try await running.value }
        await controlPlane.flushRecords()
        try store.close()
    }

    @Test("questions one after the other on one connection, then anything else, are all answered in order")
    func pipelined() async throws {
        try await Self.withServer { controlPlane, port in
            try await controlPlane.putGroup("g")
            let index = await controlPlane.current.snapshot.index
            let answer = try await RawHTTP.exchange(
                port: port,
                """
                GET /v1/routing?index=0&worker=w&delta=true HTTP/1.1\r\n\(Self.fields)\r\n\
                GET /v1/routing?index=\(index)&wait=1ms&worker=w HTTP/1.1\r\n\(Self.fields)\r\n\
                GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n\
                GET /v1/routing?index=0 HTTP/1.1\r\n\(Self.fields)Connection: close\r\n\r\n
                """)
            let parts = answer.components(separatedBy: "HTTP/1.1 ").dropFirst()
            #expect(parts.map { $0.prefix(3) } == ["200", "304", "200", "200"])
            let first = try #require(parts.first)
            #expect(first.contains("x-signalbox-index: \(index)\r\n"))
            #expect(first.contains("etag: \"\(index)\"\r\n"))
            let body = String(decoding: await controlPlane.current.body(), as: UTF8.self)
            #expect(first.contains("content-length: \(body.utf8.count)\r\n"))
            #expect(first.hasSuffix("\r\n\r\n\(body)"))
            #expect(parts.last?.contains(body) == true)
            #expect(await controlPlane.workers.map(\.applied) == [index])
        }
    }

    @Test("a question is held until the next snapshot, and its worker is known to be there")
    func held() async throws {
        try await Self.withServer { controlPlane, port in
            let index = await controlPlane.current.snapshot.index
            async let held = RawHTTP.exchange(
                port: port,
                """
                GET /v1/routing?index=\(index)&wait=60s&worker=w&delta=true HTTP/1.1\r\n\(Self.fields)\r\n\
                GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n
                """)
            try await eventually("it is held") { await controlPlane.watchers.count == 1 }
            try await controlPlane.putGroup("g")
            let answer = try await held
            #expect(answer.contains("\"delta_from\":\(index),"))
            #expect(answer.contains("\"status\":\"ok\""))
        }
    }

    @Test("a wrong token, a wrong parameter and a body get the answers that they get anywhere")
    func refused() async throws {
        try await Self.withServer { _, port in
            let wrong = try await RawHTTP.exchange(
                port: port,
                "GET /v1/routing?index=1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer nope\r\nConnection: close\r\n\r\n"
            )
            #expect(wrong.hasPrefix("HTTP/1.1 401"))
            let second = try await RawHTTP.exchange(
                port: port,
                """
                GET /v1/routing?index=0 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer nope\r\n\r\n\
                GET /v1/routing?index=x HTTP/1.1\r\n\(Self.fields)Connection: close\r\n\r\n
                """)
            #expect(second.hasPrefix("HTTP/1.1 401"))
            #expect(second.contains("HTTP/1.1 400"))
            #expect(second.contains("invalid_query"))
        }
    }

    @Test("a question that comes byte by byte is one all the same")
    func slowly() async throws {
        try await Self.withServer { controlPlane, port in
            let request = "GET /v1/routing?index=0 HTTP/1.1\r\n\(Self.fields)\r\n"
            let end = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            let answer = try await RawHTTP.exchange(port: port, pieces: (request + end).map(String.init))
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(answer.contains("\"digest\":"))
            #expect(answer.contains("\"status\":\"ok\""))
        }
    }

    @Test("whoever goes away while being held is not waited for, and the server ends while others are held")
    func gone() async throws {
        try await Self.withServer { controlPlane, port in
            let index = await controlPlane.current.snapshot.index
            let question = "GET /v1/routing?index=\(index)&wait=60s&worker=w HTTP/1.1\r\n\(Self.fields)\r\n"
            try await RawHTTP.withConnection(port: port, question) {
                try await eventually("it is held") { await controlPlane.watchers.count == 1 }
            }
            try await eventually("it is forgotten") { await controlPlane.watchers.isEmpty }
            let held = Task { try await RawHTTP.exchange(port: port, question) }
            try await eventually("another is held") { await controlPlane.watchers.count == 1 }
            Task {
                let answer = try await held.value
                #expect(answer.hasPrefix("HTTP/1.1 304"))
                #expect(answer.contains("connection: close"))
            }
        }
    }
}

extension ControlPlane {
    fileprivate func putGroup(_ name: String) async throws {
        let body = #"{"peers":[{"address":"10.0.0.1","port":1}]}"#
        _ = try await execute(.putGroup(name, Data(body.utf8)), author: "token:test")
    }
}
