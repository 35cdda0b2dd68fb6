import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

/// A peer that answers before it has the whole request: it refuses a body that is too large, or asks who is there.
@Suite struct EarlyResponseTests {
    enum Peer: CaseIterable {
        /// Keeps its connection open, and reads on.
        case stays
        /// Keeps its connection open, and reads nothing more.
        case stops
        /// Says that it will close, closes its side, and reads on until the proxy closes too.
        case closes
    }

    private static let refusal = "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n"

    /// Answers uploads early, as `how` says, and all else with 200.
    private func stub(_ how: Peer) async throws -> UpstreamStub {
        try await UpstreamStub.start { connection in
            while true {
                let head = try await connection.readHead()
                guard head.method == "POST" else {
                    try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    continue
                }
                let close = how == .closes ? "Connection: close\r\n" : ""
                try await connection.write("\(Self.refusal)\(close)\r\nbig")
                if how == .closes { try await connection.closeOutput() }
                if how == .stops { try await eventually("the end") { !connection.isOpen } }
                try await connection.waitForEnd()
                return
            }
        }
    }

    private static let framings = ["Content-Length: 100000", "Transfer-Encoding: chunked"]

    @Test(
        "The client gets the answer while it still sends, and its connection goes on when the rest has come",
        arguments: Peer.allCases, framings)
    func goesOn(how: Peer, framing: String) async throws {
        let stub = try await stub(how)
        let isChunked = framing.hasSuffix("chunked")
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write(
                "POST / HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n\(isChunked ? "186A0\r\n" : "")0123456789")
            let answer = try await client.readResponse()
            #expect(answer.status == 413)
            #expect(answer.body == "big")
            #expect(answer.values("Connection").isEmpty)
            // What is left of the body is no request.
            try await client.pour(99_990)
            if isChunked { try await client.write("\r\n0\r\n\r\n") }
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.readResponse().body == "ok")
            // The peer's connection has half a request on it: nobody else gets it.
            try await eventually("its end") { stub.connections.first?.isOpen == false || how == .stops }
            #expect(stub.connections.count == 2)
            let statistics = await worker.worker.statistics()
            #expect(statistics.activeExchanges == 0)
        }
        await stub.stop()
    }

    @Test("A client that sends on and on has got its answer, and is closed", arguments: Peer.allCases)
    func closes(how: Peer) async throws {
        let stub = try await stub(how)
        try await WorkerFixture.run(.to(stub.port), configure: { $0.discardLimit = 64 * 1024 }) { worker in
            let client = try await worker.connect()
            try await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
            let sending = Task { try? await client.pour(100_000_000) }
            let answer = try await client.readResponse()
            #expect(answer.status == 413)
            #expect(answer.body == "big")
            try await client.waitForEnd()
            await client.close()
            await sending.value
            try await eventually("no client") { await worker.worker.statistics().clientConnections == 0 }
        }
        await stub.stop()
    }

    @Test("A peer that answers early and resets its connection costs no more than this request")
    func resets() async throws {
        let stub = try await UpstreamStub.start { connection in
            while true {
                let head = try await connection.readHead()
                if head.method == "POST" {
                    try await connection.write("\(Self.refusal)\r\nbig")
                    return await connection.reset()
                }
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            try await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n0123456789")
            // A reset may overtake the answer.
            let answer = try await client.readResponse()
            #expect(answer.status == 413 || answer.status == 502)
            try await client.pour(99_990)
            try await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.readResponse().body == "ok")
        }
        await stub.stop()
    }
}
