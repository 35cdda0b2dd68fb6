import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

/// The end of a chunked body that comes in pieces. There is one event loop: while it deals with an endless loop, nobody
/// else is served.
@Suite(.timeLimit(.minutes(2))) struct TrailerPieceTests {
    private static let tails = ["0\r\nX-A: 1\r\n\r\n", "0\r\n\r\n", "0\r\nX-A: 1\r\nX-B: 2\r\n\r\n"]

    /// Every way to part `tail` in two, and each byte alone.
    private static func cuts(_ tail: String) -> [[String]] {
        (1..<tail.utf8.count).map { place in
            [
                String(decoding: Array(tail.utf8)[..<place], as: UTF8.self),
                String(decoding: Array(tail.utf8)[place...], as: UTF8.self),
            ]
        } + [tail.utf8.map { String(decoding: [$0], as: UTF8.self) }]
    }

    /// Others are served: then what was sent before has been dealt with too.
    private func ping(_ worker: WorkerFixture) async throws {
        do {
            let answer = try await worker.get("/ping")
            #expect(answer.body == "pong")
        } catch {
            // Said at once: a worker whose loop doesn't come back can't be stopped.
            Issue.record("nobody else is served: \(error)")
            throw error
        }
    }

    @Test("Of a request", arguments: tails)
    func request(tail: String) async throws {
        let stub = try await UpstreamStub.start { connection in
            while true {
                let request = try await connection.readRequest()
                let body = request.target == "/ping" ? "pong" : request.rawBody
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            }
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            for pieces in Self.cuts(tail) {
                try await client.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
                for piece in pieces {
                    try await client.write(piece)
                    try await ping(worker)
                }
                #expect(try await client.readResponse().body == "5\r\nhello\r\n\(tail)", "\(pieces)")
            }
        }
        await stub.stop()
    }

    @Test("Of a request whose answer has come already", arguments: tails)
    func discardedRequest(tail: String) async throws {
        let stub = try await UpstreamStub.start { connection in
            while true {
                let head = try await connection.readHead()
                guard head.target == "/ping" else {
                    try await connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
                    try await connection.waitForEnd()
                    return
                }
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong")
            }
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            for pieces in Self.cuts(tail) {
                try await client.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
                #expect(try await client.readResponse().status == 413, "\(pieces)")
                for piece in pieces {
                    try await client.write(piece)
                    try await ping(worker)
                }
            }
            try await client.write("GET /ping HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.readResponse().body == "pong")
        }
        await stub.stop()
    }

    @Test("Of a response", arguments: tails)
    func response(tail: String) async throws {
        let cuts = Self.cuts(tail)
        let pings = Counter()
        let stub = try await UpstreamStub.start { connection in
            while true {
                let request = try await connection.readRequest()
                guard let number = Int(request.target.dropFirst()) else {
                    _ = pings.next()
                    try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong")
                    continue
                }
                try await connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
                // The second of two that are served after a piece was sent is served after that was dealt with.
                for (place, piece) in cuts[number].enumerated() {
                    if place > 0 {
                        let before = pings.value
                        try await eventually("somebody else is served") { pings.value > before + 1 }
                    }
                    try await connection.write(piece)
                }
            }
        }
        try await WorkerFixture.run(.to(stub.port)) { worker in
            let client = try await worker.connect()
            for number in cuts.indices {
                try await client.write("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
                let hasEnded = Counter()
                async let response = {
                    defer { _ = hasEnded.next() }
                    return try await client.readResponse()
                }()
                while hasEnded.value == 0 { try await ping(worker) }
                #expect(try await response.rawBody == "5\r\nhello\r\n\(tail)", "\(cuts[number])")
            }
        }
        await stub.stop()
    }
}
