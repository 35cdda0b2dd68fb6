import AsyncHTTPClient
import Foundation
import HashTreeCollections
import Logging
import NIOHTTP1
import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite("A source that follows what changes")
struct SnapshotDeltaTests {
    static let old = Snapshot.routing(
        index: 5, [(name: "blue", buckets: 6_000, ports: [1, 2]), (name: "green", buckets: 4_000, ports: [3])])
    /// Blue has another peer, green is gone, red is new, and so the route differs.
    static let new = Snapshot.routing(
        index: 6, [(name: "blue", buckets: 6_000, ports: [1, 4]), (name: "red", buckets: 4_000, ports: [5])])
    static let difference = SnapshotChanges(groups: ["blue", "green", "red"], routes: ["all"])

    /// Runs `body` with a source whose n-th question gets the n-th answer, and every further one none.
    private func withSource(
        _ answers: [TestHTTPServer.Answer],
        state: String? = nil,
        _ body: @Sendable (HTTPSnapshotSource, TestHTTPServer) async throws -> Void
    ) async throws {
        let counter = Counter()
        try await withTestHTTPServer { _ in
            let number = counter.next()
            guard number < answers.count else {
                await neverEnding()
                return .none
            }
            return answers[number]
        } _: { server in
            var configuration = HTTPSnapshotSource.Configuration(
                control: server.url, worker: "edge-1", stateDirectory: state)
            configuration.longestAnswer = 1 << 20
            let asking = configuration
            try await HTTPClient.withHTTPClient(configuration: HTTPSnapshotSource.clientConfiguration) { client in
                try await body(HTTPSnapshotSource(configuration: asking, client: client, logger: .silent), server)
            }
        }
    }

    private static let first = "/v1/routing?index=0&wait=30s&worker=edge-1"
    private static let changesSince5 = "/v1/routing?index=5&wait=30s&worker=edge-1&delta=true"
    private static let whole = "/v1/routing?index=0&wait=1s"

    @Test("what changed is put onto the snapshot in force, and named")
    func applies() async throws {
        let answers = [Self.old.document(), Self.new.delta(from: Self.old)]
        try await withSource(answers.map { .init(body: $0) }) { source, server in
            let first = try await source.next(after: 0)
            #expect(first == SnapshotUpdate(Self.old))
            #expect(try await source.next(after: 5) == SnapshotUpdate(Self.new, changes: Self.difference))
            #expect(server.requests.map(\.head.uri) == [Self.first, Self.changesSince5])
            #expect(source.digestMismatches == 0)
        }
    }

    @Test("a chain of changes, a removal by null, and nothing but a new index")
    func follows() async throws {
        let without = Snapshot(index: 7, revision: 7, groups: Self.new.groups, routes: [:])
        let same = Snapshot(index: 9, revision: 7, groups: Self.new.groups, routes: [:])
        let answers: [TestHTTPServer.Answer] = [
            .init(body: Self.old.document()), .init(status: .notModified), .init(body: Self.new.delta(from: Self.old)),
            .init(body: without.delta(from: Self.new)), .init(body: same.delta(from: without)),
        ]
        #expect(without.delta(from: Self.new).contains(#""routes":{"all":null}"#))
        try await withSource(answers) { source, server in
            _ = try await source.next(after: 0)
            _ = try await source.next(after: 5)
            #expect(try await source.next(after: 6) == SnapshotUpdate(without, changes: .init(routes: ["all"])))
            #expect(try await source.next(after: 7) == SnapshotUpdate(same, changes: .init()))
            #expect(server.requests.count == answers.count)
        }
    }

    @Test(
        "changes that don't fit are counted, and the whole is asked for at once, acknowledging nothing",
        arguments: [
            // Another digest, changes to another snapshot, an object that is none, no digest, no JSON.
            new.delta(from: old, digest: "0123456789abcdef"),
            new.delta(from: old, index: 4),
            new.delta(from: old).replacing(#""policy":"round_robin""#, with: #""policy":7"#),
            new.delta(from: old).replacing(#""digest":"\#(new.digest)","#, with: ""),
        ]
    )
    func mismatch(_ delta: String) async throws {
        try await withSource([Self.old.document(), delta, Self.new.document()].map { .init(body: $0) }) {
            source, server in
            _ = try await source.next(after: 0)
            #expect(try await source.next(after: 5) == SnapshotUpdate(Self.new, changes: Self.difference))
            #expect(server.requests.map(\.head.uri) == [Self.first, Self.changesSince5, Self.whole])
            #expect(source.digestMismatches == 1)
        }
    }

    @Test("after changes that can't be read the whole is asked for too, and without it the changes once more")
    func unreadableDelta() async throws {
        let answers: [TestHTTPServer.Answer] = [
            .init(body: Self.old.document()), .init(body: "{"), .init(status: .serviceUnavailable),
            .init(body: Self.new.delta(from: Self.old)),
        ]
        try await withSource(answers) { source, server in
            _ = try await source.next(after: 0)
            #expect(try await source.next(after: 5) == SnapshotUpdate(Self.new, changes: Self.difference))
            #expect(
                server.requests.map(\.head.uri) == [Self.first, Self.changesSince5, Self.whole, Self.changesSince5])
        }
    }

    @Test("a whole snapshot with another digest isn't taken")
    func wrongWhole() async throws {
        let wrong = Self.old.document(digest: "\(Self.new.digest)")
        try await withSource([wrong, wrong, Self.old.document()].map { .init(body: $0) }) { source, server in
            let first = try await source.next(after: 0)
            #expect(first == SnapshotUpdate(Self.old))
            #expect(server.requests.map(\.head.uri) == [Self.first, Self.first, Self.first])
            #expect(source.digestMismatches == 2)
        }
    }

    @Test("a control plane that was set up anew gives a whole one with a lower index; the difference is found")
    func lowerIndex() async throws {
        let lower = Snapshot(index: 2, revision: 1, groups: Self.new.groups, routes: Self.old.routes)
        let answers = [Self.old.document(), lower.document(), Self.old.delta(from: lower)]
        try await withSource(answers.map { .init(body: $0) }) { source, server in
            _ = try await source.next(after: 0)
            let changes = SnapshotChanges(groups: ["blue", "green", "red"])
            #expect(try await source.next(after: 5) == SnapshotUpdate(lower, changes: changes))
            #expect(try await source.next(after: 2) == SnapshotUpdate(Self.old, changes: changes))
            #expect(server.requests.last?.head.uri.contains("index=2&") == true)
        }
    }

    @Test("after a refusal changes are asked for to what is in force, and the refused one isn't given out again")
    func refused() async throws {
        let newest = Snapshot(index: 7, revision: 7, groups: Self.old.groups, routes: [:])
        let answers: [TestHTTPServer.Answer] = [
            .init(body: Self.old.document()), .init(body: Self.new.delta(from: Self.old)), .init(status: .noContent),
            .init(body: Self.new.delta(from: Self.old)), .init(body: newest.delta(from: Self.old)),
        ]
        try await withSource(answers) { source, server in
            _ = try await source.next(after: 0)
            #expect(try await source.next(after: 5).snapshot == Self.new)
            await source.nack(index: 6, reason: "no")
            #expect(try await source.next(after: 5) == SnapshotUpdate(newest, changes: .init(routes: ["all"])))
            let nack = "/v1/workers/edge-1/nack"
            #expect(
                server.requests.map(\.head.uri)
                    == [Self.first, Self.changesSince5, nack, Self.changesSince5, Self.changesSince5])
        }
    }

    @Test("a control plane that names no digest isn't asked for changes; one that doesn't know them, no more")
    func olderControlPlane() async throws {
        let plain = try CanonicalJSON.text(Self.new)
        let answers: [TestHTTPServer.Answer] = [
            .init(body: Self.old.document()), .init(status: .badRequest), .init(body: plain),
            .init(body: try CanonicalJSON.text(Self.old)),
        ]
        try await withSource(answers) { source, server in
            _ = try await source.next(after: 0)
            #expect(try await source.next(after: 5) == SnapshotUpdate(Self.new, changes: Self.difference))
            #expect(try await source.next(after: 6) == SnapshotUpdate(Self.old, changes: Self.difference))
            #expect(
                server.requests.map(\.head.uri) == [
                    Self.first, Self.changesSince5, "/v1/routing?index=5&wait=30s&worker=edge-1",
                    "/v1/routing?index=6&wait=30s&worker=edge-1",
                ])
            #expect(source.digestMismatches == 0)
        }
    }

    @Test("an answer that is too long is not read")
    func tooLong() async throws {
        let long = Self.old.document() + String(repeating: " ", count: 1 << 20)
        try await withSource([long, Self.old.document()].map { .init(body: $0) }) { source, server in
            let first = try await source.next(after: 0)
            #expect(first == SnapshotUpdate(Self.old))
            #expect(server.requests.count == 2)
        }
    }

    @Test("what is on disk is what was applied, changes included; with another digest it isn't used")
    func onDisk() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("signalbox-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        try await withSource(
            [Self.old.document(), Self.new.delta(from: Self.old)].map { .init(body: $0) }, state: directory.path
        ) { source, server in
            _ = try await source.next(after: 0)
            _ = try await source.next(after: 5)
            let task = Task { try await source.next(after: 6) }
            try await eventually("6 is acknowledged") { server.requests.count == 3 }
            await source.finish()
            task.cancel()
            _ = await task.result
        }
        let answers: [TestHTTPServer.Answer] = [.none, .init(body: Self.old.delta(from: Self.new))]
        try await withSource(answers, state: directory.path) { source, server in
            let first = try await source.next(after: 0)
            #expect(first == SnapshotUpdate(Self.new))
            // Changes are asked for from the start, since the file's digest was right.
            #expect(try await source.next(after: 6) == SnapshotUpdate(Self.old, changes: Self.difference))
        }
        let file = directory.appendingPathComponent("snapshot.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacing(#""port":4"#, with: #""port":8"#).write(to: file, atomically: true, encoding: .utf8)
        try await withSource([.none, .init(body: Self.old.document())], state: directory.path) { source, _ in
            let first = try await source.next(after: 0)
            #expect(first == SnapshotUpdate(Self.old))
        }
    }
}

extension String {
    fileprivate func replacing(_ text: String, with other: String) -> String {
        replacingOccurrences(of: text, with: other)
    }
}
