import Foundation
import NIOCore
import RoutingModel
import Synchronization
import TestKit
import Testing

@testable import ProxyWorker

@Suite("A worker that relieves another one accepts from all of its sockets")
struct ReliefTests {
    /// A worker that runs until its task is cancelled, or it is relieved.
    private struct Running {
        let worker: ProxyWorker
        let task: Task<Void, any Error>
        let port: Int
        var listeners: [Listener] { worker.state.withLock { $0.listeners } }
    }

    private static func start(
        _ directory: String, upstream: Int, listen: [ListenAddress], threads: Int
    ) async throws -> Running {
        var configuration = ProxyConfiguration(listen: listen, threads: threads)
        configuration.drainTimeout = .seconds(4)
        let worker = ProxyWorker(
            id: "edge", configuration: configuration, source: ScriptedSource(.to(upstream)),
            handover: try Handover(directory: directory, logger: .silent), logger: .silent)
        let task = Task { try await worker.run() }
        return Running(worker: worker, task: task, port: try await worker.boundAddresses[0].port)
    }

    /// New connections, enough for the kernel to use every socket of some.
    private static func ask(_ port: Int, times: Int = 32) async throws {
        for _ in 0..<times {
            let client = try await RawConnection.connect(to: ("127.0.0.1", port))
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try await client.readResponse().body == "one")
            await client.close()
        }
    }

    private static func with(_ body: (String, Int) async throws -> Void) async throws {
        let directory = "/tmp/signalbox-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let stub = try await UpstreamStub.answering("one")
        try await body(directory, stub.port)
        await stub.stop()
    }

    @Test("with more event loops, with fewer, and an address more or less")
    func differentShapes() async throws {
        try await Self.with { directory, upstream in
            let any = ListenAddress(host: "127.0.0.1", port: 0)
            var current = try await Self.start(directory, upstream: upstream, listen: [any], threads: 1)
            let here = ListenAddress(host: "127.0.0.1", port: current.port)
            let there = ListenAddress(host: "127.0.0.1", port: try FreePort.take())
            #expect(current.listeners.count == 1)
            for (listen, threads, sockets) in [
                ([here], 3, 3), ([here, there], 1, 4), ([here], 2, 3),
                // In other words.
                ([ListenAddress(host: "localhost", port: here.port)], 2, 3),
            ] {
                let next = try await Self.start(directory, upstream: upstream, listen: listen, threads: threads)
                #expect(next.listeners.count == sockets)
                #expect(next.port == here.port)
                try await Self.ask(here.port)
                if listen.contains(there) { try await Self.ask(there.port, times: 4) }
                let older = current
                try await within(.seconds(20), "the end of the older one") { try await older.task.value }
                try await Self.ask(here.port)
                current = next
            }
            await #expect(throws: (any Error).self, "nobody was told to listen there any more") {
                try await RawConnection.connect(to: ("127.0.0.1", there.port))
            }
            current.task.cancel()
            _ = await current.task.result
        }
    }

    @Test("one that can't have an address of its own ends, and the older one goes on")
    func failure() async throws {
        try await Self.with { directory, upstream in
            let any = ListenAddress(host: "127.0.0.1", port: 0)
            let older = try await Self.start(directory, upstream: upstream, listen: [any], threads: 2)
            let here = ListenAddress(host: "127.0.0.1", port: older.port)
            let taken = ListenAddress(host: "127.0.0.1", port: upstream)
            await #expect(throws: ListenError.self) {
                _ = try await Self.start(directory, upstream: upstream, listen: [here, taken], threads: 2)
            }
            try await Self.ask(here.port)
            // Nor is anything left of it that the next one could not have.
            let next = try await Self.start(directory, upstream: upstream, listen: [here], threads: 2)
            try await within(.seconds(20), "the end of the older one") { try await older.task.value }
            try await Self.ask(here.port)
            next.task.cancel()
            _ = await next.task.result
        }
    }
}
