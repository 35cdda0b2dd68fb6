import NIOCore
import TestKit
import Testing

@testable import ProxyWorker

@Suite("A client of HTTP/2 that takes too much loses its connection", .timeLimit(.minutes(2)))
struct AbuseTests {
    private static let protocolError: UInt32 = 1
    private static let enhanceYourCalm: UInt32 = 11

    private static let limits: HTTP2Limits = {
        var limits = HTTP2Limits()
        // A client must have sent all of its frames by then, however busy the machine is: else it is cut off, and may
        // lose what it was told.
        limits.farewell = .seconds(3)
        limits.concurrentStreams = 4
        return limits
    }()

    /// What the connection ends with after `frames`.
    private func end(after frames: [Frame], _ limits: HTTP2Limits = limits) async throws -> UInt32? {
        try await FrontFixture.with(limits: limits) { server in
            let client = try await FrameClient.connect(server)
            do {
                // It may be cut while it is still sending.
                for start in stride(from: 0, to: frames.count, by: 50) {
                    try await client.send(Array(frames[start..<min(start + 50, frames.count)]))
                }
            } catch {}
            let code = try await client.end()
            try await eventually("its channels have ended") {
                let counts = server.log.counts
                return counts.ended >= counts.heads.count
            }
            try await eventually("the connection is forgotten") { try await server.run { $0.connections } == 0 }
            return code
        }
    }

    @Test("requests that are taken back again and again (rapid reset)")
    func rapidReset() async throws {
        let frames = (0..<400).flatMap { [Frame.get(2 * $0 + 1, "/hang"), .reset(2 * $0 + 1)] }
        #expect(try await end(after: frames) == Self.enhanceYourCalm)
    }

    @Test("malformed requests again and again, each of which the server resets")
    func madeToReset() async throws {
        let frames = (0..<400).flatMap { [Frame.get(2 * $0 + 1, "/hang"), .windowUpdate(2 * $0 + 1, 0)] }
        #expect(try await end(after: frames) != 0)
    }

    @Test("pings and settings without end")
    func controlFrames() async throws {
        let ping = Frame(.ping, [0, 0, 0, 0, 0, 0, 0, 0])
        #expect(try await end(after: Array(repeating: ping, count: 2000)) == Self.enhanceYourCalm)
        #expect(try await end(after: Array(repeating: Frame(.settings), count: 2000)) == Self.enhanceYourCalm)
    }

    @Test("empty frames of a body without end")
    func emptyData() async throws {
        let frames =
            [Frame.headers(1, Frame.fields("POST", "/hang"), end: false)]
            + Array(repeating: Frame.data(1, []), count: 100)
        #expect(try await end(after: frames) == Self.enhanceYourCalm)
    }

    @Test("continued fields without end")
    func continuation() async throws {
        let frames =
            [Frame.headers(1, Frame.fields("GET", "/"), endHeaders: false)]
            + Array(repeating: Frame(.continuation, stream: 1, Frame.block([("a", "b")])), count: 1000)
        #expect(try await end(after: frames) == Self.enhanceYourCalm)
    }

    @Test("fields that are too large together")
    func largeFields() async throws {
        let field = ("x", String(repeating: "y", count: 15_000))
        let blocks = (0..<5).map {
            Frame(.continuation, flags: $0 == 4 ? Frame.endHeaders : 0, stream: 1, Frame.block([field]))
        }
        #expect(
            try await end(after: [.headers(1, Frame.fields("GET", "/"), endHeaders: false)] + blocks) != 0)
        // Small on the wire, large when read: one indexed field, named many times.
        let stored: [UInt8] = [0x40] + Frame.block([("x", String(repeating: "y", count: 3000))]).dropFirst()
        let bomb = Frame.block(Frame.fields("GET", "/")) + stored + [UInt8](repeating: 0xBE, count: 10_000)
        #expect(try await end(after: [Frame(.headers, flags: 5, stream: 1, bomb)]) != 0)
    }

    @Test("more requests at a time than allowed")
    func concurrency() async throws {
        #expect(try await end(after: (0..<5).map { .get(2 * $0 + 1, "/hang") }) == Self.protocolError)
    }

    @Test("a connection on which nothing is asked is closed after a while, though the client says nothing")
    func idle() async throws {
        var limits = Self.limits
        limits.idleTimeout = .milliseconds(100)
        #expect(try await end(after: [], limits) == 0)
        // Neither half a head nor a request that has ended keeps it open.
        #expect(
            try await end(after: [.headers(1, Frame.fields("GET", "/"), endHeaders: false)], limits) == 0)
        #expect(try await end(after: [.get(1)], limits) == 0)
    }

    @Test("a client that takes nothing of its responses makes the server hold little of them")
    func noWindow() async throws {
        try await FrontFixture.with(limits: Self.limits) { server in
            // SETTINGS_INITIAL_WINDOW_SIZE 0
            let client = try await FrameClient.connect(server, settings: [0, 4, 0, 0, 0, 0])
            try await client.send(.get(1, "/bytes/1000000000"))
            _ = try await client.next(.headers)
            // What the handler has written by now is all that it writes.
            try await client.send(.windowUpdate(1, 10))
            #expect(try await client.next(.data).payload.count == 10)
            await client.connection.close()
            try await eventually("the channel has ended") { server.log.counts.ended >= 1 }
        }
    }

    @Test("a body that nobody reads stays with the client")
    func upload() async throws {
        try await FrontFixture.with { server in
            let client = try await FrameClient.connect(server)
            try await client.send(.headers(1, Frame.fields("POST", "/stall"), end: false))
            try await eventually("the request has come") { server.log.counts.heads.count == 1 }
            // All that the window allows; one byte more would be an error.
            for _ in 0..<4 { try await client.send(.data(1, [UInt8](repeating: 1, count: 16_383))) }
            // The connection is not blocked by it.
            try await client.send(.get(3))
            var updates = 0
            loop: while let frame = try await client.frame() {
                if frame.stream == 1, frame.kind == Frame.Kind.windowUpdate.rawValue { updates += 1 }
                if frame.stream == 3, frame.flags & Frame.endStream != 0 { break loop }
            }
            #expect(updates == 0)
            #expect(server.log.counts.bodyBytes == 0)
            await client.connection.close()
        }
    }
}
