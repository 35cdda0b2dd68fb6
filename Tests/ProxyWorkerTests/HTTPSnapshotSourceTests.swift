import AsyncHTTPClient
import Foundation
import Logging
import RoutingModel
import Synchronization
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct HTTPSnapshotSourceTests {
    /// A control plane that gives an answer per question: a snapshot, 304, or a status that is neither.
    private func controlPlane(_ answers: @escaping @Sendable (RawMessage) -> (status: String, body: String))
        async throws
        -> UpstreamStub
    {
        let box = Latch<UpstreamStub>()
        let stub = try await UpstreamStub.start { connection in
            let stub = try await box.get()
            while true {
                let request = try await connection.readRequest()
                let (status, body) = answers(request)
                stub.note(request)
                try await connection.write(
                    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                )
            }
        }
        box.set(.success(stub))
        return stub
    }

    private func withSource(
        _ port: Int,
        state: String? = nil,
        _ body: (HTTPSnapshotSource) async throws -> Void
    ) async throws {
        var configuration = HTTPSnapshotSource.Configuration(
            control: "http://127.0.0.1:\(port)/",
            token: "secret",
            worker: "edge 1",
            stateDirectory: state
        )
        configuration.wait = .seconds(1)
        configuration.coldStart = .seconds(5)
        try await HTTPClient.withHTTPClient(configuration: HTTPSnapshotSource.clientConfiguration) { client in
            try await body(
                HTTPSnapshotSource(
                    configuration: configuration,
                    client: client,
                    logger: Logger(label: "test") { _ in
                        SwiftLogNoOpLogHandler()
                    }
                )
            )
        }
    }

    private func temporaryDirectory() throws -> String {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("signalbox-\(UUID().uuidString)")
        return url.path
    }

    static func json(_ snapshot: Snapshot) -> String { (try? CanonicalJSON.text(snapshot)) ?? "" }

    @Test("It asks for what is newer than what is applied, by its name and with its token")
    func asks() async throws {
        let snapshot = Snapshot.to(1, 2, index: 7)
        let control = try await controlPlane { _ in ("200 OK", Self.json(snapshot)) }
        try await withSource(control.port) { source in
            let first = try await source.next(after: 0).snapshot
            #expect(first == snapshot)
            #expect(control.requests[0].line == "GET /v1/routing?index=0&wait=1s&worker=edge%201 HTTP/1.1")
            #expect(control.requests[0].values("Authorization") == ["Bearer secret"])
        }
        await control.stop()
    }

    @Test("It asks again after 304, after errors and after answers that can't be read")
    func asksAgain() async throws {
        let snapshot = Snapshot.to(1, index: 8)
        let answers = [
            "304 Not Modified", "500 Internal Server Error", "200 OK", "401 Unauthorized", "503 Service Unavailable",
        ]
        let counter = Counter()
        let scripted = try await controlPlane { _ in
            let number = counter.next()
            return number < answers.count
                ? (answers[number], answers[number] == "200 OK" ? "{\"index\":1" : "") : ("200 OK", Self.json(snapshot))
        }
        try await withSource(scripted.port) { source in
            let next = try await source.next(after: 3).snapshot
            #expect(next == snapshot)
            #expect(scripted.requests.count == answers.count + 1)
            #expect(scripted.requests.allSatisfy { $0.target.contains("index=3&") })
        }
        await scripted.stop()
    }

    @Test("A lower index counts when the control plane says so")
    func acceptsLower() async throws {
        let control = try await controlPlane { _ in ("200 OK", Self.json(.to(1, index: 2))) }
        try await withSource(control.port) { source in
            let next = try await source.next(after: 100).snapshot
            #expect(next.index == 2)
        }
        await control.stop()
    }

    @Test("It says what was refused, and why")
    func refuses() async throws {
        let control = try await controlPlane { _ in ("204 No Content", "") }
        try await withSource(control.port) { source in
            await source.nack(index: 9, reason: "no \"such\" group")
            let request = try #require(control.requests.first)
            #expect(request.line == "POST /v1/workers/edge%201/nack HTTP/1.1")
            #expect(request.values("Authorization") == ["Bearer secret"])
            #expect(request.body == #"{"error":"no \"such\" group","index":9}"#)
        }
        await control.stop()
    }

    @Test("A cancelled question ends")
    func cancels() async throws {
        let control = try await UpstreamStub.start { try await $0.waitForEnd() }
        try await withSource(control.port) { source in
            let task = Task { try await source.next(after: 0).snapshot }
            try await eventually("a question") { !control.connections.isEmpty }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        await control.stop()
    }

    @Test("What was applied is kept on disk, and is what a worker starts from without its control plane")
    func startsFromDisk() async throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let counter = Counter()
        let control = try await controlPlane { _ in
            ("200 OK", Self.json(.to(1, index: counter.next() == 0 ? 5 : 6)))
        }
        try await withSource(control.port, state: directory) { source in
            let first = try await source.next(after: 0).snapshot
            #expect(first.index == 5)
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/snapshot.json"), "it isn't applied yet")
            // Asking from it says that it is applied; 6 is given out and never acknowledged.
            let second = try await source.next(after: 5).snapshot
            #expect(second.index == 6)
            await source.finish()
        }
        await control.stop()
        let mode = try FileManager.default.attributesOfItem(atPath: "\(directory)/snapshot.json")[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600)

        let gone = try ReservedPort()
        try await withSource(gone.number, state: directory) { source in
            let stored = try await source.next(after: 0).snapshot
            #expect(stored == .to(1, index: 5))
        }
    }

    @Test("Starts from disk make what is there look no younger; the control plane's word does")
    func age() async throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try SnapshotFile(directory: directory).write(Array(Self.json(.to(1, index: 5)).utf8))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -3_600)], ofItemAtPath: "\(directory)/snapshot.json")
        for _ in 0..<2 {
            let gone = try ReservedPort()
            try await withSource(gone.number, state: directory) { source in
                #expect(source.age == nil)
                _ = try await source.next(after: 0)
                #expect(try #require(source.age) >= 3_600)
                #expect(source.isFromDisk)
                // It is in force, and nothing more comes.
                let asking = Task { try await source.next(after: 5) }
                try await eventually("it is taken for applied") { source.state.withLock { $0.applied != nil } }
                asking.cancel()
                _ = await asking.result
                await source.finish()
                #expect(try #require(source.age) >= 3_600)
            }
        }
        let control = try await controlPlane { _ in ("200 OK", Self.json(.to(1, index: 5))) }
        try await withSource(control.port, state: directory) { source in
            _ = try await source.next(after: 0)
            #expect(try #require(source.age) < 3_600)
            #expect(!source.isFromDisk)
        }
        await control.stop()
    }

    @Test("A control plane that answers comes before what is on disk; a broken file is no obstacle")
    func prefersControlPlane() async throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let control = try await controlPlane { _ in ("200 OK", Self.json(.to(1, index: 3))) }
        try SnapshotFile(directory: directory).write(Array(Self.json(.to(2, index: 9)).utf8))
        try await withSource(control.port, state: directory) { source in
            let next = try await source.next(after: 0).snapshot
            #expect(next.index == 3)
        }
        try SnapshotFile(directory: directory).write(Array("{".utf8))
        try await withSource(control.port, state: directory) { source in
            let next = try await source.next(after: 0).snapshot
            #expect(next.index == 3)
        }
        await control.stop()
    }

    @Test("A worker starts from disk, serves, and follows its control plane once that is there")
    func servesColdStart() async throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let old = try await UpstreamStub.answering("old")
        let new = try await UpstreamStub.answering("new")
        try SnapshotFile(directory: directory).write(Array(Self.json(.to(old.port, index: 9)).utf8))
        let controlPort = try ReservedPort()
        try await withSource(controlPort.number, state: directory) { source in
            let worker = ProxyWorker(
                id: "edge 1",
                configuration: ProxyConfiguration(listen: [ListenAddress(host: "127.0.0.1", port: 0)]),
                source: source,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let task = Task { try await worker.run() }
            let port = try await worker.boundAddresses[0].port
            let client = try await RawConnection.connect(to: ("127.0.0.1", port))
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.readResponse().body == "old")
            #expect(worker.appliedIndex == 9)

            let control = try await UpstreamStub.start(port: controlPort.number) { connection in
                while true {
                    let request = try await connection.readRequest()
                    guard request.target.contains("index=9&") else {
                        try await connection.waitForEnd()
                        return
                    }
                    let body = Self.json(.to(new.port, index: 10))
                    try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                }
            }
            try await eventually("index 10") { worker.appliedIndex == 10 }
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.readResponse().body == "new")
            task.cancel()
            _ = await task.result
            await control.stop()
        }
        await old.stop()
        await new.stop()
    }
}
