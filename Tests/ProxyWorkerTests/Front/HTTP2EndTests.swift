import NIOCore
import TestKit
import Testing

@testable import ProxyWorker

@Suite("How requests and connections of HTTP/2 end", .timeLimit(.minutes(2)))
struct HTTP2EndTests {
    private static let limits: HTTP2Limits = {
        var limits = HTTP2Limits()
        limits.farewell = .milliseconds(100)
        return limits
    }()

    private func ended(_ server: FrontFixture, _ count: Int) async throws {
        try await eventually("\(count) channels have ended") { server.log.counts.ended >= count }
    }

    @Test("a client that takes its request back ends the channel, and only that")
    func reset() async throws {
        try await FrontFixture.with { server in
            let client = try await FrameClient.connect(server)
            try await client.send(.get(1, "/hang"), .get(3, "/hang"))
            try await eventually("both have come") { server.log.counts.heads.count == 2 }
            try await client.send(.reset(1))
            try await ended(server, 1)
            try await client.send(.get(5))
            #expect(try await client.response(5).body == "hello")
            await client.connection.close()
            try await ended(server, 3)
        }
    }

    @Test("a client that dies after any number of bytes leaves nothing behind")
    func deaths() async throws {
        try await FrontFixture.with { server in
            let bytes =
                FrameClient.preface + Frame(.settings).encoded
                + Frame.headers(1, Frame.fields("POST", "/echo"), end: false).encoded
                + Frame.data(1, Array("some bytes".utf8), end: true).encoded
            for count in 1..<bytes.count {
                let connection = try await RawConnection.connect(to: ("127.0.0.1", server.port))
                try await connection.write(bytes: Array(bytes[..<count]))
                await connection.close()
            }
            try await eventually("no connection is left") { try await server.run { $0.connections } == 0 }
            // Every connection begins as HTTP/1.1; those handlers were replaced, or heard of the end.
            try await eventually("no request is left") {
                let counts = server.log.counts
                return counts.fronts.filter { $0 == "http HTTP/2.0" }.count <= counts.ended
            }
        }
    }

    @Test("draining: requests in flight are answered, then the connection is closed")
    func drain() async throws {
        var limits = HTTP2Limits()
        limits.farewell = .seconds(30)
        try await FrontFixture.with(limits: limits) { server in
            let client = try await FrameClient.connect(server)
            try await client.send(.headers(1, Frame.fields("POST", "/echo"), end: false))
            _ = try await client.next(.headers)
            try await server.run { $0.drain() }
            let first = try await client.next(.goAway)
            #expect(first.payload[..<4] == [0x7F, 0xFF, 0xFF, 0xFF] && first.errorCode == 0)
            let ping = try await client.next(.ping)
            // On its way when the client read that.
            try await client.send(.get(3))
            #expect(try await client.response(3).body == "hello")
            try await client.send(Frame(.ping, flags: Frame.ack, ping.payload))
            let second = try await client.next(.goAway)
            #expect(Frame.number(second.payload[..<4]) == 3)
            try await client.send(.get(5), .data(1, Array("late".utf8), end: true))
            #expect(try await client.response(1).body == "late")
            #expect(try await client.end() == nil)
            #expect(server.log.counts.heads.count == 2)
        }
    }

    @Test("draining: idle connections are closed at once, and those that come later too")
    func drainIdle() async throws {
        try await FrontFixture.with(limits: Self.limits) { server in
            let client = try await FrameClient.connect(server)
            try await server.run { $0.drain() }
            #expect(try await client.end() == 0)
            do {
                let late = try await FrameClient.connect(server)
                #expect(try await late.end() == 0)
            } catch is ChannelError {
                // It was closed before the client had said its first word.
            }
            #expect(try await server.run { $0.connections } == 0)
        }
    }

    @Test("cutting closes what is open")
    func cut() async throws {
        try await FrontFixture.with { server in
            let client = try await FrameClient.connect(server)
            try await client.send(.get(1, "/hang"))
            try await eventually("it has come") { server.log.counts.heads.count == 1 }
            try await server.run { $0.cut() }
            #expect(try await client.end() == nil)
            try await ended(server, 1)
        }
    }

    @Test("trailers of a chunked request come through, without those that have no business there")
    func trailers() async throws {
        try await FrontFixture.with { server in
            let client = try await FrameClient.connect(server)
            try await client.send(
                .headers(1, Frame.fields("POST", "/head") + [("te", "trailers")], end: false), .data(1, [1, 2, 3]),
                .headers(1, [("x-sum", "6"), ("content-length", "7"), ("host", "evil")]))
            let body = try await client.response(1).body
            #expect(body.contains("te: trailers\r\nconnection: te\r\n"))
            #expect(body.hasSuffix("\r\n\r\nx-sum: 6\r\n"))
            await client.connection.close()
        }
    }

    @Test("cookies that come one by one are one field")
    func cookies() async throws {
        try await FrontFixture.with { server in
            let client = try await FrameClient.connect(server)
            try await client.send(.get(1, "/head", [("cookie", "a=1"), ("x", "y"), ("cookie", "b=2")]))
            let body = try await client.response(1).body
            #expect(body.contains("\r\ncookie: a=1; b=2\r\n"))
            #expect(body.contains("host: star.test\r\n"))
            await client.connection.close()
        }
    }
}
