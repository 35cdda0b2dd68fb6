import NIOCore
import NIOHTTP1
import RoutingModel
import TestKit
import Testing

@testable import Consul

/// Answers that a sick Consul, or something before it, may give: none of them may say anything about instances.
@Suite(.timeLimit(.minutes(2))) struct BadAnswerTests {
    private typealias Answer = TestHTTPServer.Answer

    private static let believable: HTTPHeaders = ["X-Consul-Index": "8", "X-Consul-KnownLeader": "true"]

    /// Has one bad answer come after a good one.
    /// - Returns: what was told about it, and the question after it.
    private func after(_ bad: TestHTTPServer.Answer) async throws -> (failure: String, pause: Int64, next: String) {
        let consul = ScriptedConsul([ScriptedConsul.list(index: 7, "a"), bad])
        return try await withTestHTTPServer(consul.answer) { server in
            let configuration = try ConsulConfiguration(
                address: server.url, backoff: .milliseconds(10) ... .milliseconds(50))
            return try await withDiscovery(configuration, watching: "star") { _, log in
                try await eventually("it is told") { log.all.count >= 2 }
                let told = log.all[1]
                guard case .failure(let reason) = told.outcome, let next = told.nextAttemptAt else {
                    throw TestFailure("\(told)")
                }
                let pause = next.milliseconds - told.at.milliseconds
                if pause < 1000 { try await eventually("it is asked again") { server.questions.count >= 3 } }
                return (reason.replacing(server.url, with: "URL"), pause, server.questions.dropFirst(2).first ?? "")
            }
        }
    }

    private static let unindexed = "/v1/health/service/star?stale"
    private static let indexed = "/v1/health/service/star?stale&index=7&wait=55s"

    @Test(
        "A status that refuses keeps the index, and never has its own counted",
        arguments: [500, 502, 503, 504, 429, 404])
    func refusals(status: Int) async throws {
        let (failure, _, next) = try await after(
            Answer(status: .init(statusCode: status), headers: Self.believable, body: "no"))
        #expect(failure == "Consul answered \(status): no")
        #expect(next == Self.indexed)
    }

    @Test("Retry-After is heeded for 429 and 503", arguments: [(429, 30_000), (503, 30_000), (500, 0)])
    func retryAfter(status: Int, milliseconds: Int64) async throws {
        let (_, pause, _) = try await after(Answer(status: .init(statusCode: status), headers: ["Retry-After": "30"]))
        #expect(milliseconds == 0 ? pause < 1000 : pause == milliseconds)
    }

    @Test(
        "A body that is no list of instances",
        arguments: [
            "null", "{}", "\"\"", "7", "", "[", "[null]", "[[]]", "[7]", "<html><body>Log in</body></html>",
            #"[{"Node": {"Node": "n"}}]"#, #"[{"Node": {"Node": "n"}, "Service": {"ID": "a"}}"#,
        ])
    func bodies(body: String) async throws {
        let (failure, _, next) = try await after(Answer(headers: Self.believable, body: body))
        #expect(failure.hasPrefix("Consul's answer is not a list of instances"))
        #expect(next == Self.unindexed)
    }

    @Test("A body that is encoded without having been asked for")
    func encoded() async throws {
        // An empty list, gzipped.
        let gzip: [UInt8] = [
            0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0x8b, 0x8e, 0x05, 0, 0x29, 0xbb, 0x4c, 0x0d, 0x02, 0, 0, 0,
        ]
        var headers = Self.believable
        headers.add(name: "Content-Encoding", value: "gzip")
        let (failure, _, next) = try await after(Answer(headers: headers, body: ByteBuffer(bytes: gzip)))
        #expect(failure == "Consul's answer is encoded (gzip), unasked")
        #expect(next == Self.unindexed)
    }

    @Test("A body that ends before it should: too short for its length, or chunks without an end")
    func cut() async throws {
        let list = ScriptedConsul.list(index: 8, "a", "b")
        for bad in [list.cut(after: 60), list.chunked.cut(after: 60), list.chunked.cut(after: 1_000_000)] {
            let (failure, _, next) = try await after(bad)
            #expect(failure == "Consul at URL closed the connection before its answer was complete")
            #expect(next == Self.unindexed)
        }
    }
}
