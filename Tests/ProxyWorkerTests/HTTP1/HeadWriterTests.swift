import NIOCore
import RoutingModel
import Testing

@testable import ProxyWorker

@Suite struct HeadWriterTests {
    @Test("The head for the peer")
    func forwardsRequest() throws {
        let head = try Writing.request(
            """
            POST http://h:1/x HTTP/1.1\r\nHost: other\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n\
            Connection: x-hop\r\nX-Hop: 1\r\nX-End: 2\r\nExpect: 100-continue\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n
            """)
        #expect(
            head == """
                POST /x HTTP/1.1\r\nHost: h:1\r\nTE: trailers\r\nX-End: 2\r\nExpect: 100-continue\r\nConnection: TE\r\n\
                Transfer-Encoding: chunked\r\nX-Forwarded-For: 1.1.1.1, 192.0.2.1\r\nX-Real-IP: 192.0.2.1\r\n\
                X-Forwarded-Proto: http\r\nX-Forwarded-Host: h:1\r\n\r\n
                """)
    }

    @Test("What the plan says: https, no Expect, further lines")
    func followsPlan() throws {
        let line = [UInt8](latin: "X-Signalbox-Route: star\r\n")
        let head = try line.withUnsafeBytes { extra in
            try Writing.request("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n") {
                $0.isSecure = true
                $0.dropsExpect = true
                $0.extra = extra
            }
        }
        #expect(head.contains("\r\nX-Forwarded-Proto: https\r\n"))
        #expect(!head.contains("Expect"))
        #expect(head.hasSuffix("\r\nX-Signalbox-Route: star\r\n\r\n"))
    }

    @Test("A client that is believed speaks for others")
    func trusts() throws {
        let request = """
            GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\nX-Real-IP: 1.1.1.1\r\nForwarded: for=1.1.1.1\r\n\
            X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Port: 443\r\n\r\n
            """
        #expect(
            try Writing.request(request) { $0.trustsClient = true } == """
                GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\nX-Real-IP: 1.1.1.1\r\nForwarded: for=1.1.1.1\r\n\
                X-Forwarded-Port: 443\r\nX-Forwarded-For: 1.1.1.1, 192.0.2.1\r\nX-Forwarded-Host: a\r\n\r\n
                """)
    }

    @Test("Whether connections go on is said to the client")
    func closesClient() throws {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        #expect(try Writing.response(text) == text)
        let closing = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        #expect(try Writing.response(text, closing: true) == closing)
        #expect(try Writing.response(text, to: RequestTraits(isKeepAlive: false)) == closing)
        let old = RequestTraits(isHTTP11: false, isKeepAlive: true)
        #expect(
            try Writing.response(text, to: old)
                == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n")
        let open = "HTTP/1.1 200 OK\r\n\r\n"
        #expect(try Writing.response(open, to: old) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        #expect(try Writing.response(open) == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        // Nothing of it in front of the response itself.
        #expect(try Writing.response("HTTP/1.1 100 Continue\r\n\r\n", closing: true) == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    @Test("The lines around chunks", arguments: [1, 9, 10, 15, 16, 255, 65_536, Int.max])
    func writesChunks(count: Int) {
        var buffer = ByteBuffer()
        HeadWriter.chunk(count, into: &buffer)
        #expect(Array(buffer.readableBytesView).latin == "\(String(count, radix: 16))\r\n")
    }

    @Test("Trailers lose what isn't theirs to say")
    func filtersTrailers() {
        let text = "X-Sum: 1\r\nHost: x\r\nConnection: close\r\nx-forwarded-for: y\r\nLast:2\r\n"
        var buffer = ByteBuffer()
        [UInt8](latin: "5\r\n" + text).withUnsafeBytes {
            HeadWriter.end($0, trailers: 3..<3 + text.utf8.count, into: &buffer)
        }
        #expect(Array(buffer.readableBytesView).latin == "0\r\nX-Sum: 1\r\nLast:2\r\n\r\n")
        buffer.clear()
        [UInt8]().withUnsafeBytes { HeadWriter.end($0, trailers: 0..<0, into: &buffer) }
        #expect(Array(buffer.readableBytesView).latin == "0\r\n\r\n")
    }

    @Test("Heads of every size fit into what is reserved for them")
    func fits() throws {
        for count in [0, 1, 100, 127] {
            let fields = String(repeating: "X-Forwarded-For: 1\r\n", count: count)
            let head = try Writing.request("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
            let addresses = String(repeating: "1, ", count: count)
            #expect(head.contains("\r\nX-Forwarded-For: \(addresses)192.0.2.1\r\n"))
        }
        let long = String(repeating: "a", count: 30_000)
        let changes = CompiledHeaderChanges(route: HeaderChanges(set: ["X-Long": long]))
        let rewrite = CompiledRewrite(Rewrite(pathPrefix: "/" + long, host: "b"), path: .prefix("/"))
        let head = try Writing.request("GET /\(long) HTTP/1.1\r\nHost: a\r\nX: \(long)\r\n\r\n") {
            $0.changes = changes
            $0.rewrite = rewrite
        }
        #expect(head.utf8.count > 120_000)
        #expect(head.hasSuffix("X-Long: \(long)\r\n\r\n"))
    }
}
