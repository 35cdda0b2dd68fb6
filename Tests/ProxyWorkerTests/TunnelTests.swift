import NIOCore
import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct TunnelTests {
    private static let upgrade = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    private static let switching =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Other: 1\r\n\r\n"

    /// Agrees to the other protocol and sends back what comes, until that ends.
    private func echoing() async throws -> UpstreamStub {
        try await UpstreamStub.start { connection in
            let request = try await connection.readHead()
            #expect(request.values("Upgrade") == ["websocket"])
            #expect(request.values("Connection").map { $0.lowercased() } == ["upgrade"])
            try await connection.write(Self.switching + "welcome")
            while true { try await connection.write(try await connection.read(1)) }
        }
    }

    @Test("Once both sides agree on another protocol, bytes pass in both directions")
    func passesBytes() async throws {
        let stub = try await echoing()
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write(Self.upgrade)
            let response = try await client.readHead()
            #expect(response.status == 101)
            #expect(response.values("Upgrade") == ["websocket"])
            #expect(response.values("Connection").map { $0.lowercased() } == ["upgrade"])
            #expect(response.values("X-Other") == ["1"])
            #expect(try await client.read(7) == "welcome")
            for text in ["a", "GET / HTTP/1.1\r\n\r\n", "\0\u{1}"] {
                try await client.write(text)
                #expect(try await client.read(text.utf8.count) == text)
            }
            #expect(await worker.worker.statistics().activeExchanges == 1)
            await client.close()
            try await eventually("the end") { stub.connections.first?.hasEnded == true }
            try await eventually("nothing left") { await worker.worker.statistics().activeExchanges == 0 }
        }
        await stub.stop()
    }

    @Test("What the client sends without waiting for the answer reaches the peer behind its request")
    func passesEarlyBytes() async throws {
        let stub = try await echoing()
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write(Self.upgrade + "early")
            _ = try await client.readHead()
            #expect(try await client.read(12) == "welcomeearly")
        }
        await stub.stop()
    }

    @Test("A side that ends ends its direction only; the other goes on until it ends too")
    func endsByHalves() async throws {
        let stub = try await UpstreamStub.start { connection in
            try await connection.channel.setOption(.allowRemoteHalfClosure, value: true).get()
            _ = try await connection.readHead()
            try await connection.write(Self.switching)
            #expect(try await connection.read(3) == "bye")
            try await connection.write("still here")
            await connection.close()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write(Self.upgrade)
            _ = try await client.readHead()
            try await client.write("bye")
            try await client.closeOutput()
            #expect(try await client.read(10) == "still here")
            #expect(try await client.waitForEnd() == .orderly)
        }
        await stub.stop()
    }

    @Test("A peer that doesn't want the other protocol answers as ever, and the connection goes on")
    func declines() async throws {
        let stub = try await UpstreamStub.answering("no")
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            for _ in 0..<2 {
                try await client.write(Self.upgrade)
                let response = try await client.readResponse()
                #expect(response.status == 200)
                #expect(response.body == "no")
            }
        }
        await stub.stop()
    }

    @Test("A peer that switches without having been asked is malformed: 502")
    func refusesUnasked() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readHead()
            try await connection.write(Self.switching)
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let answer = try await worker.get()
            #expect(answer.status == 502)
        }
        await stub.stop()
    }
}
