import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct CancellationTests {
    @Test(
        "A client that goes away while it waits closes the peer's connection, in time when it might only be half gone",
        arguments: [true, false]
    )
    func cancelsWaiting(reset: Bool) async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.waitForEnd()
        }
        try await WorkerFixture.run(.to(stub.port), configure: { $0.halfClosedTimeout = .milliseconds(100) }) {
            worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("an exchange") { await worker.worker.statistics().upstreamConnections == 1 }
            if reset { await client.reset() } else { await client.close() }
            try await eventually("the end") { stub.connections.first?.hasEnded == true }
            let statistics = await worker.worker.statistics()
            #expect(statistics.clientAborts == (reset ? 1 : 0))
            #expect(statistics.activeExchanges == 0)
        }
        await stub.stop()
    }

    @Test("A client that goes away in the middle of a response closes the peer's connection")
    func cancelsStreaming() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            try await connection.pour(1_000_000_000)
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await client.skip(1_000_000)
            await client.close()
            try await eventually("the end") { stub.connections.first?.isOpen == false }
            #expect((stub.connections.first?.bytesSent ?? 0) < 500_000_000)
        }
        await stub.stop()
    }

    @Test("A client that goes away in the middle of its body closes the peer's connection")
    func cancelsSending() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readHead()
            try await connection.waitForEnd()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello")
            try await eventually("an exchange") { await worker.worker.statistics().upstreamConnections == 1 }
            await client.close()
            try await eventually("the end") { stub.connections.first?.hasEnded == true }
        }
        await stub.stop()
    }

    static let truncated = [
        "Content-Length: 10\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "Transfer-Encoding: chunked\r\n\r\n10\r\nhello",
    ]

    @Test("A body that the peer cuts off never ends in order", arguments: truncated, [true, false])
    func cutsTruncated(response: String, reset: Bool) async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\n\(response)")
            _ = try await connection.readRequest()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.read(until: "hello")
            if reset { await stub.connections[0].reset() } else { await stub.connections[0].close() }
            let end = try await client.readToEnd()
            #expect(!end.text.contains("0\r\n\r\n"))
            #expect(await worker.worker.statistics().truncatedResponses == 1)
        }
        await stub.stop()
    }

    @Test("A body for HTTP/1.0 that the peer cuts off ends in a reset: an orderly close would make it look whole")
    func resetsTruncated() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            _ = try await connection.readRequest()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.0\r\n\r\n")
            _ = try await client.read(until: "hello")
            await stub.connections[0].close()
            #expect(try await client.waitForEnd() == .reset)
        }
        await stub.stop()
    }

    @Test("A body that ends with its connection and is cut by a reset isn't whole either")
    func noticesResetUntilClose() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\n\r\nhello")
            _ = try await connection.readRequest()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.read(until: "hello")
            await stub.connections[0].reset()
            #expect(try await client.readToEnd().text == "\r\n")
        }
        await stub.stop()
    }

    @Test("A peer that stops in the middle of a body is given up in time")
    func givesUpStalled() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            try await connection.waitForEnd()
        }
        try await WorkerFixture.run(.to(stub.port), configure: { $0.streamIdleTimeout = .milliseconds(100) }) {
            worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.read(until: "hello")
            try await client.waitForEnd()
            try await eventually("the end") { stub.connections.first?.hasEnded == true }
            #expect(await worker.worker.statistics().streamTimeouts == 1)
        }
        await stub.stop()
    }
}
