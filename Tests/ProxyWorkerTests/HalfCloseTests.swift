import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct HalfCloseTests {
    @Test("A client that has said all it has to say still gets its response, and then the end")
    func servesHalfClosed() async throws {
        let stub = try await UpstreamStub.start { connection in
            let request = try await connection.readRequest()
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\(request.body)")
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
            try await client.closeOutput()
            let response = try await client.readResponse()
            #expect(response.status == 200)
            #expect(response.body == "hello")
            #expect(response.values("Connection") == ["close"])
            #expect(try await client.waitForEnd() == .orderly)
        }
        await stub.stop()
    }

    @Test("All pipelined requests of a client that has closed its side are answered")
    func servesPipelined() async throws {
        let stub = try await UpstreamStub.start { connection in
            while true {
                let request = try await connection.readRequest()
                try await connection.write(
                    "HTTP/1.1 200 OK\r\nContent-Length: \(request.target.utf8.count)\r\n\r\n\(request.target)")
            }
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write(
                (0..<5).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            try await client.closeOutput()
            for number in 0..<5 { #expect(try await client.readResponse().body == "/\(number)") }
            #expect(try await client.waitForEnd() == .orderly)
        }
        await stub.stop()
    }

    @Test("A client that closes its side in the middle of its request gets nothing, and the peer's connection is cut")
    func cutsHalfRequest() async throws {
        let stub = try await UpstreamStub.start { connection in
            _ = try await connection.readHead()
            try await connection.waitForEnd()
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
            try await eventually("an exchange") { await worker.worker.statistics().upstreamConnections == 1 }
            try await client.closeOutput()
            try await client.waitForEnd()
            try await eventually("the end") { stub.connections.first?.hasEnded == true }
        }
        await stub.stop()
    }
}
