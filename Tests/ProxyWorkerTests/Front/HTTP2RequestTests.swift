import NIOCore
import NIOHPACK
import Testing

@testable import ProxyWorker

/// What NIO refuses before is refused here too: nothing else stands between a client and a smuggled request.
@Suite("Fields of HTTP/2 as a head of HTTP/1.1")
struct HTTP2RequestTests {
    private static let get = [(":method", "GET"), (":scheme", "https"), (":path", "/a?b"), (":authority", "star.test")]

    private func head(_ fields: [(String, String)], hasBody: Bool = false) throws -> (String, HTTP2Request.Body) {
        var buffer = ByteBuffer()
        let body = try HTTP2Request.write(HPACKHeaders(fields), hasBody: hasBody, into: &buffer)
        return (String(buffer: buffer), body)
    }

    @Test("the authority is the host")
    func host() throws {
        #expect(try head(Self.get).0 == "GET /a?b HTTP/1.1\r\nhost: star.test\r\n\r\n")
        #expect(try head(Self.get + [("host", "STAR.test")]).0.contains("host: star.test\r\n\r\n"))
        #expect(try head(Array(Self.get.dropLast()) + [("host", "moon.test")]).0.contains("host: moon.test\r\n"))
        #expect(try head(Array(Self.get.dropLast()) + [(":authority", ""), ("host", "a")]).0.contains("host: a\r\n"))
        #expect(try !head(Array(Self.get.dropLast())).0.contains("host"))
    }

    @Test("the end of the body")
    func bodies() throws {
        #expect(try head(Self.get, hasBody: true).1 == .chunked)
        #expect(try head(Self.get, hasBody: true).0.hasSuffix("transfer-encoding: chunked\r\n\r\n"))
        let length = try head(Self.get + [("content-length", "7"), ("content-length", "7")], hasBody: true)
        #expect(length.1 == .length && length.0.hasSuffix("content-length: 7\r\n\r\n"))
        #expect(try head(Self.get + [("content-length", "0")]).1 == .none)
        let post = [(":method", "POST")] + Self.get.dropFirst()
        #expect(try head(post).0.hasSuffix("content-length: 0\r\n\r\n"))
        let options = [(":method", "OPTIONS"), (":scheme", "http"), (":path", "*"), (":authority", "a")]
        #expect(try head(options).0.hasPrefix("OPTIONS * HTTP/1.1\r\n"))
    }

    @Test("no byte of a field ends a line")
    func injection() {
        for bad in ["\r", "\n", "\0", "\r\n", "a\r\nb: c"] {
            for fields in [
                Self.get + [("x", bad)], Self.get + [("x\(bad)", "1")], Self.get + [("cookie", bad)],
                Self.get + [("content-length", bad)], Self.get + [("host", bad)],
                [(":method", "G\(bad)")] + Self.get.dropFirst(), Self.get.dropLast() + [(":authority", bad)],
                Self.get.filter { $0.0 != ":path" } + [(":path", "/\(bad)")],
            ] {
                #expect(throws: HTTP2Request.Refusal.malformed) { try head(fields) }
            }
            var buffer = ByteBuffer()
            #expect(throws: HTTP2Request.Refusal.malformed) {
                try HTTP2Request.writeTrailers(HPACKHeaders([("x", bad)]), into: &buffer)
            }
        }
    }

    @Test("what belongs to a connection, or to nothing, is refused")
    func refusals() {
        for field in [
            ("connection", "close"), ("keep-alive", "1"), ("proxy-connection", "a"), ("transfer-encoding", "chunked"),
            ("upgrade", "a"), ("te", "gzip"), ("X", "1"), ("", "1"), (":path", "/"), (":status", "200"), (":x", "1"),
            ("content-length", ""), ("content-length", "1,1"), ("content-length", "-1"),
            ("content-length", "9999999999999999999"), ("host", "moon.test"),
        ] {
            #expect(throws: HTTP2Request.Refusal.malformed, "\(field)") { try head(Self.get + [field]) }
        }
        #expect(throws: HTTP2Request.Refusal.connect) {
            try head([(":method", "CONNECT"), (":authority", "a:1")])
        }
    }
}
