import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite struct CleartextHTTP2Tests {
    /// The preface and an empty SETTINGS frame (RFC 9113 section 3.4).
    private static let beginning = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]

    @Test(
        "A client that begins with HTTP/2 is answered in HTTP/2, however its first words come",
        arguments: [true, false])
    func speaksHTTP2(atOnce: Bool) async throws {
        let stub = try await UpstreamStub.answering("ok")
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            if atOnce {
                try await client.write(bytes: Self.beginning)
            } else {
                for byte in Self.beginning { try await client.write(bytes: [byte]) }
            }
            // A SETTINGS frame on stream 0 is the first that a server sends.
            let head = Array(try await client.read(9).utf8)
            #expect(head[3] == 4 && head[5...8].allSatisfy { $0 == 0 })
        }
        await stub.stop()
    }

    @Test("Where it isn't allowed it is a bad request")
    func refusesHTTP2() async throws {
        let stub = try await UpstreamStub.answering("ok")
        try await WorkerFixture.run(.to(stub.port), configure: { $0.allowsCleartextHTTP2 = false }) { worker in
            let client = try await worker.connect()
            try await client.write(bytes: Self.beginning)
            #expect(try await client.readResponse().status >= 400)
        }
        await stub.stop()
    }

    @Test("Told to stop, it says so to a client that speaks HTTP/2 and asks for nothing, before it closes")
    func saysGoodbye() async throws {
        let stub = try await UpstreamStub.answering("ok")
        try await WorkerFixture.run(.to(stub.port), configure: { $0.lameDuck = .milliseconds(100) }) { worker in
            let client = try await worker.connect()
            try await client.write(bytes: Self.beginning)
            _ = try await client.read(9)
            await worker.shutDown()
            let (text, ending) = try await client.readToEnd()
            // The beginning of a GOAWAY frame (RFC 9113 section 6.8).
            #expect(text.contains("\u{0}\u{0}\u{8}\u{7}\u{0}"))
            #expect(ending == .orderly)
            try await worker.waitUntilStopped()
        }
        await stub.stop()
    }
}
