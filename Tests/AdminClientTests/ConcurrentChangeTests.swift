import NIOCore
import NIOHTTP1
import RoutingModel
import Synchronization
import TestKit
import Testing

@testable import AdminClient

/// What becomes of a change that somebody else's comes in between.
@Suite struct ConcurrentChangeTests {
    private let named = [WeightAssignment(group: "canary", weight: Percent(clamping: 2_000))]
    private static let stale = TestHTTPServer.Answer(
        status: .preconditionFailed, body: #"{"code":"precondition_failed","detail":"It is at \"8\" now."}"#)

    private static func route(_ canary: Int, etag: Int) -> TestHTTPServer.Answer {
        .init(
            headers: ["ETag": "\"\(etag)\""],
            body: #"{"split":[{"group":"canary","weight":\#(canary)},{"group":"stable","weight":\#(100 - canary)}]}"#)
    }

    @Test("weights are put on top of what was read; a change of something else is read again")
    func elsewhere() async throws {
        let reads = Mutex(0)
        try await withTestHTTPServer { request in
            if request.head.method == .GET {
                return Self.route(
                    5,
                    etag: reads.withLock { reads in
                        reads += 1
                        return 6 + reads
                    })
            }
            return request.head.headers["if-match"] == ["\"8\""] ? .init(body: "{}") : Self.stale
        } _: { server in
            try await withConnection(to: server.url) { connection in
                let done = try await connection.changeWeights(of: "star", named) { method, path in
                    AdminRequest(method, path.with("wait", "applied"))
                }
                #expect(WeightAssignment.words(done.weights) == "canary 20, stable 80")
            }
            #expect(
                server.requests.map { "\($0.head.method) \($0.head.uri) \($0.head.headers["if-match"])" } == [
                    "GET /v1/routes/star []", "PUT /v1/routes/star/weights?wait=applied [\"\\\"7\\\"\"]",
                    "GET /v1/routes/star []", "PUT /v1/routes/star/weights?wait=applied [\"\\\"8\\\"\"]",
                ])
            #expect(server.requests.last.map { String(buffer: $0.body) } == #"{"canary":20,"stable":80}"#)
        }
    }

    @Test("a split that somebody else changed is not overwritten")
    func split() async throws {
        let reads = Mutex(0)
        try await withTestHTTPServer { request in
            guard request.head.method == .GET else { return Self.stale }
            let number = reads.withLock { reads in
                reads += 1
                return reads
            }
            return Self.route(number == 1 ? 5 : 10, etag: 6 + number)
        } _: { server in
            try await withConnection(to: server.url) { connection in
                let error = await failure {
                    _ = try await connection.changeWeights(of: "star", named) { AdminRequest($0, $1) }
                }
                #expect(error?.description.contains("from canary 5, stable 95 to canary 10, stable 90") == true)
            }
            #expect(server.requests.count { $0.head.method == .PUT } == 1)
        }
    }

    @Test("what never comes to rest is given up")
    func restless() async throws {
        try await withTestHTTPServer { request in
            request.head.method == .GET ? Self.route(5, etag: 7) : Self.stale
        } _: { server in
            try await withConnection(to: server.url) { connection in
                let error = await failure {
                    _ = try await connection.changeWeights(of: "star", named) { AdminRequest($0, $1) }
                }
                #expect(error?.exitCode == 1)
            }
            #expect(server.requests.count { $0.head.method == .PUT } == 3)
        }
    }

    @Test("a new override is only put where none is, an edited one only over what was read, none is deleted only once")
    func overrides() async throws {
        try await withTestHTTPServer { request in
            switch (request.head.method, request.head.uri) {
            case (.GET, "/v1/peers/new~1/override"):
                .init(status: .notFound, body: #"{"code":"not_found","detail":"None."}"#)
            case (.GET, _): .init(headers: ["ETag": "\"3\""], body: #"{"state":"drain","weight":2,"reason":"old"}"#)
            default: .init(body: "{}")
            }
        } _: { server in
            try await withConnection(to: server.url) { connection in
                let drain = OverrideEdit(state: "drain", reason: "new")
                let nothing = OverrideEdit(state: nil, replaces: true)
                _ = try await connection.edit(drain, of: "new~1") { AdminRequest($0, $1) }
                _ = try await connection.edit(drain, of: "old~1") { AdminRequest($0, $1) }
                _ = try await connection.edit(nothing, of: "old~1") { AdminRequest($0, $1) }
                let none = try await connection.edit(nothing, of: "new~1") { AdminRequest($0, $1) }
                #expect(none?.status == nil)
            }
            let writes = server.requests.filter { $0.head.method != .GET }
            #expect(
                writes.map { String(buffer: $0.body) } == [
                    #"{"reason":"new","state":"drain"}"#, #"{"reason":"new","state":"drain","weight":2}"#, "",
                ])
            #expect(writes.map { $0.head.headers["if-none-match"] } == [["*"], [], []])
            #expect(writes.map { $0.head.headers["if-match"] } == [[], ["\"3\""], ["\"3\""]])
            #expect(writes.map(\.head.method) == [.PUT, .PUT, .DELETE])
        }
    }
}
