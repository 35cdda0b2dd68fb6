import NIOCore
import TestKit
import Testing

@testable import ProxyWorker

@Suite("HTTP/2 frame by frame", .timeLimit(.minutes(2)))
struct FrameTests {
    private static let protocolError: UInt32 = 1
    private static let flowControlError: UInt32 = 3
    private static let frameSizeError: UInt32 = 6
    private static let compressionError: UInt32 = 9

    private func with(
        _ limits: HTTP2Limits = HTTP2Limits(), _ body: (FrontFixture, FrameClient) async throws -> Void
    ) async throws {
        try await FrontFixture.with(limits: limits) { server in
            let client = try await FrameClient.connect(server)
            try await body(server, client)
            await client.connection.close()
        }
    }

    @Test("settings are acknowledged and pings come back")
    func settings() async throws {
        try await with { _, client in
            #expect(try await client.next(.settings).flags == Frame.ack)
            try await client.send(Frame(.ping, [1, 2, 3, 4, 5, 6, 7, 8]))
            #expect(try await client.next(.ping) == Frame(.ping, flags: Frame.ack, [1, 2, 3, 4, 5, 6, 7, 8]))
        }
    }

    @Test("requests on one connection are answered on their streams, whatever the order")
    func streams() async throws {
        try await with { server, client in
            try await client.send(
                .headers(1, Frame.fields("POST", "/echo"), end: false), .get(3), .data(1, Array("one".utf8), end: true))
            #expect(try await client.response(3).body == "hello")
            try await client.send(.get(5))
            #expect(try await client.response(5).body == "hello")
            #expect(server.log.counts.heads.count == 3)
        }
    }

    @Test("a preface that isn't one is no HTTP/2")
    func preface() async throws {
        try await FrontFixture.with { server in
            let connection = try await RawConnection.connect(to: ("127.0.0.1", server.port))
            try await connection.write("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")
            // It is left to the handler of HTTP/1.1.
            _ = try await connection.read(until: "\r\n\r\n")
            await connection.close()
        }
    }

    @Test("a preface may come in pieces")
    func slowPreface() async throws {
        try await FrontFixture.with { server in
            let connection = try await RawConnection.connect(to: ("127.0.0.1", server.port))
            for byte in FrameClient.preface + Frame(.settings).encoded + Frame.get(1).encoded {
                try await connection.write(bytes: [byte])
            }
            #expect(try await FrameClient(connection: connection).response(1).body == "hello")
            await connection.close()
        }
    }

    @Test("frames that break the protocol end the connection")
    func connectionErrors() async throws {
        let cases: [(String, [Frame], UInt32)] = [
            ("DATA on an idle stream", [.data(1, [1])], Self.protocolError),
            ("HEADERS on an even stream", [.get(2)], Self.protocolError),
            ("HEADERS on a lower stream", [.get(5), .get(3)], Self.protocolError),
            ("RST_STREAM on an idle stream", [.reset(7)], Self.protocolError),
            ("WINDOW_UPDATE on an idle stream", [.windowUpdate(7, 1)], Self.protocolError),
            (
                "a window beyond 2^31-1", [.windowUpdate(0, 0x7FFF_FFFF), .windowUpdate(0, 0x7FFF_FFFF)],
                Self.flowControlError
            ),
            ("SETTINGS of a wrong size", [Frame(.settings, [1, 2, 3])], Self.frameSizeError),
            ("SETTINGS on a stream", [Frame(.settings, stream: 1)], Self.protocolError),
            ("PING of a wrong size", [Frame(.ping, [1])], Self.frameSizeError),
            (
                "PUSH_PROMISE from a client", [Frame(.pushPromise, flags: 4, stream: 1, [0, 0, 0, 2])],
                Self.protocolError
            ),
            (
                "a frame larger than allowed",
                [Frame(.headers, flags: 5, stream: 1, [UInt8](repeating: 0, count: 16_385))],
                Self.frameSizeError
            ),
            (
                "a header block that isn't one", [Frame(.headers, flags: 5, stream: 1, [0xFF, 0xFF, 0xFF, 0xFF])],
                Self.compressionError
            ),
            (
                "another frame inside a header block",
                [.headers(1, Frame.fields("GET", "/"), endHeaders: false), Frame(.ping, [0, 0, 0, 0, 0, 0, 0, 0])],
                Self.protocolError
            ),
            ("CONTINUATION from nowhere", [Frame(.continuation, flags: 4, stream: 1)], Self.protocolError),
        ]
        var limits = HTTP2Limits()
        limits.farewell = .milliseconds(50)
        for (name, frames, code) in cases {
            try await with(limits) { _, client in
                try await client.send(frames)
                let end = try await client.end()
                #expect(end == code, "\(name)")
            }
        }
    }

    @Test("requests that are none are refused, and the connection goes on")
    func streamErrors() async throws {
        let get = Frame.fields("GET", "/")
        let cases: [(String, [(String, String)])] = [
            ("an upper-case name", get + [("X-Upper", "1")]),
            ("no :method", Array(get.dropFirst())),
            ("no :path", get.filter { $0.0 != ":path" }),
            ("no :scheme", get.filter { $0.0 != ":scheme" }),
            ("an empty :path", get.filter { $0.0 != ":path" } + [(":path", "")]),
            ("a second :method", get + [(":method", "GET")]),
            ("a :status", get + [(":status", "200")]),
            ("an unknown pseudo-header", get + [(":wrong", "1")]),
            (":protocol, which isn't offered", get + [(":protocol", "websocket")]),
            ("a pseudo-header after the others", [("a", "b")] + get),
            ("connection", get + [("connection", "close")]),
            ("keep-alive", get + [("keep-alive", "1")]),
            ("transfer-encoding", get + [("transfer-encoding", "chunked")]),
            ("upgrade", get + [("upgrade", "h2c")]),
            ("te that isn't trailers", get + [("te", "gzip")]),
            ("a line break in a value", get + [("x", "a\r\nhost: evil")]),
            ("a NUL in a value", get + [("x", "a\0b")]),
            ("a line break in a name", get + [("x\r\ny", "1")]),
            ("a blank in a name", get + [("x y", "1")]),
            ("a blank in the path", Frame.fields("GET", "/a HTTP/1.1")),
            ("a line break in the path", Frame.fields("GET", "/a\r\nx: y")),
            ("a path without a slash", Frame.fields("GET", "a")),
            ("a method that is no token", Frame.fields("GET /x", "/")),
            ("a user in the authority", get.filter { $0.0 != ":authority" } + [(":authority", "me@star.test")]),
            ("another host", get + [("host", "moon.test")]),
            ("a content-length without a body", get + [("content-length", "5")]),
            ("a content-length that is no number", get + [("content-length", "+0")]),
            ("two content-lengths", get + [("content-length", "0"), ("content-length", "1")]),
            ("another scheme", get.filter { $0.0 != ":scheme" } + [(":scheme", "ftp")]),
        ]
        try await with { server, client in
            var stream = 1
            for (name, fields) in cases {
                // Pseudo-headers stand first, unless that is the case.
                let ordered =
                    name.contains("after")
                    ? fields
                    : fields.filter { $0.0.hasPrefix(":") } + fields.filter { !$0.0.hasPrefix(":") }
                try await client.send(.headers(stream, ordered))
                let reset = try await client.next(.reset, stream: stream)
                #expect(reset.errorCode == Self.protocolError, "\(name)")
                stream += 2
            }
            #expect(server.log.counts.heads.isEmpty)
            try await client.send(.get(stream))
            #expect(try await client.response(stream).body == "hello")
        }
    }

    @Test("a body that isn't as long as was said is refused", arguments: [[4], [3, 3], [2]])
    func lengths(pieces: [Int]) async throws {
        try await with { _, client in
            try await client.send(
                .headers(1, Frame.fields("POST", "/hang") + [("content-length", "3")], end: false))
            for (number, size) in pieces.enumerated() {
                try await client.send(
                    .data(1, [UInt8](repeating: 1, count: size), end: number == pieces.count - 1))
            }
            #expect(try await client.response(1).reset == Self.protocolError)
        }
    }

    @Test("frames of unknown kinds are read over")
    func unknownFrames() async throws {
        try await with { _, client in
            try await client.send(Frame(kind: 0x77, flags: 0xFF, stream: 0, payload: [1, 2, 3]), .get(1))
            #expect(try await client.response(1).body == "hello")
        }
    }

    @Test("CONNECT is answered with 405")
    func connect() async throws {
        try await with { server, client in
            try await client.send(
                .headers(1, [(":method", "CONNECT"), (":authority", "star.test:443")], end: false))
            #expect(try await client.response(1).head)
            try await client.send(.get(3))
            #expect(try await client.response(3).body == "hello")
            #expect(server.log.counts.heads.count == 1)
        }
    }
}
