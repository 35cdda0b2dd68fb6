import NIOCore
import NIOHPACK
import Testing

@testable import ProxyWorker

@Suite("Bytes of HTTP/1.1 as a response of HTTP/2")
struct ResponseBytesTests {
    /// What is read of `text` that comes in two pieces, as one line.
    private func read(_ text: String, cut: Int, isHead: Bool = false) -> String {
        var reader = ResponseBytes(isHead: isHead)
        var result = ""
        let bytes = Array(text.utf8)
        for piece in [bytes[..<cut], bytes[cut...]] {
            reader.append(ByteBuffer(bytes: piece))
            loop: while true {
                switch reader.next() {
                case .needMore: break loop
                case .informational(let fields): result += "[interim \(describe(fields))]"
                case .head(let fields, let isEnd): result += "[\(describe(fields))\(isEnd ? " end" : "")]"
                case .data(let data): result += String(buffer: data)
                case .end(let trailers): result += "[end\(trailers.map { " \(describe($0))" } ?? "")]"
                case .malformed: result += "[malformed]"
                }
            }
        }
        return result
    }

    private func describe(_ fields: HPACKHeaders) -> String {
        fields.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    }

    @Test(
        "every response is read alike, wherever its bytes are cut",
        arguments: [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello",
                "[:status=200 content-length=5 x-a=b]hello[end]"
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n0\r\n\r\n",
                "[:status=200]abc0123456789abcdef[end]"
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n",
                "[:status=200]a[end x-sum=1 y=2]"
            ),
            ("HTTP/1.1 204 No Content\r\nKeep-Alive: 1\r\n\r\n", "[:status=204 end]"),
            ("HTTP/1.1 304 \r\nContent-Length: 5\r\n\r\n", "[:status=304 content-length=5 end]"),
            ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "[:status=200 content-length=0 end]"),
            ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it", "[:status=200]all of it"),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 No\r\ncontent-length: 1\r\n\r\n1",
                "[interim :status=100][interim :status=103 link=x][:status=404 content-length=1]1[end]"
            ),
        ])
    func cuts(text: String, expected: String) {
        for cut in 0...text.utf8.count { #expect(read(text, cut: cut) == expected, "cut at \(cut)") }
    }

    @Test("the response to HEAD has no body, whatever its fields say")
    func head() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
        #expect(read(text, cut: 10, isHead: true) == "[:status=200 content-length=5 end]")
    }

    @Test(
        "what is no response is an error, and nothing is read after it",
        arguments: [
            "HTTP/2 200 OK\r\n\r\n", "nonsense\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\n: empty\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 200 OK\nX: y\r\n\r\n",
        ])
    func nonsense(text: String) {
        for cut in 0...text.utf8.count { #expect(read(text + "more", cut: cut) == "[malformed]", "cut at \(cut)") }
    }

    @Test("chunks that can't be read, and bytes after the end, are errors")
    func afterwards() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for rest in ["x\r\n", "\r\n", "1\r\nab\r\n", "0\r\nno colon\r\n\r\n"] {
            #expect(read(head + rest, cut: head.utf8.count).hasSuffix("[malformed]"))
        }
        #expect(read("HTTP/1.1 204 No\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", cut: 19) == "[:status=204 end][malformed]")
    }
}
