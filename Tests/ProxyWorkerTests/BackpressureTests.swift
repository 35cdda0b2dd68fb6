import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct BackpressureTests {
    /// More than all socket buffers on the way can take, and more than may be kept.
    static let total = 96 * 1024 * 1024
    /// What both sockets' kernel buffers and the proxy's own may hold together.
    static let most = 48 * 1024 * 1024

    @Test("A client that doesn't read stops the peer from sending, and gets it all when it goes on")
    func slowClient() async throws {
        let stub = try await UpstreamStub.start { connection in
            while true {
                _ = try await connection.readRequest()
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(Self.total)\r\n\r\n")
                try await connection.pour(Self.total)
            }
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.readHead()
            let stuck = try await settled { stub.connections.first?.bytesSent ?? 0 }
            #expect(stuck < Self.most, "the peer could send \(stuck) bytes")
            try await client.skip(Self.total)
            // The connection is as good as new.
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.readHead().status == 200)
        }
        await stub.stop()
    }

    @Test(
        "A peer that doesn't read stops the client from sending, and gets it all when it goes on",
        arguments: [true, false]
    )
    func slowPeer(chunked: Bool) async throws {
        let goOn = Latch<Void>()
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readHead()
            try await goOn.get()
            if chunked {
                // Chunks are cut anew on the way: only their sum is the same.
                var received = 0
                while true {
                    let size = Int(try await connection.read(until: "\r\n").dropLast(), radix: 16) ?? 0
                    try await connection.skip(size + 2)
                    received += size
                    if size == 0 { break }
                }
                #expect(received == Self.total)
            } else {
                try await connection.skip(Self.total)
            }
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            let framing = chunked ? "Transfer-Encoding: chunked" : "Content-Length: \(Self.total)"
            try await client.write("POST / HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n")
            let sending = Task {
                guard chunked else { return try await client.pour(Self.total) }
                for _ in 0..<Self.total / 1_048_576 {
                    try await client.write("100000\r\n")
                    try await client.pour(1_048_576)
                    try await client.write("\r\n")
                }
                try await client.write("0\r\n\r\n")
            }
            let stuck = try await settled { client.bytesSent }
            #expect(stuck < Self.most, "the client could send \(stuck) bytes")
            goOn.set(.success(()))
            try await sending.value
            #expect(try await client.readResponse().body == "ok")
        }
        await stub.stop()
    }

    @Test("A client that doesn't read at all is given up in time")
    func givesUpDeadClient() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(Self.total)\r\n\r\n")
            try await connection.pour(Self.total)
        }
        try await WorkerFixture.run(.to(stub.port), configure: { $0.streamIdleTimeout = .milliseconds(200) }) {
            worker in
            let client = try await worker.connect()
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.readHead()
            try await eventually("the end of the exchange") { await worker.worker.statistics().activeExchanges == 0 }
            #expect(await worker.worker.statistics().streamTimeouts == 1)
        }
        await stub.stop()
    }
}
