internal import NIOCore
internal import NIOHPACK

/// A request of HTTP/2 as the bytes of HTTP/1.1 (RFC 9113 section 8.3.1, RFC 9110 section 7.6.1).
///
/// The rules that keep one message from becoming two are checked here, whatever was checked before: no byte of a field
/// may end a line of HTTP/1.1.
enum HTTP2Request {
    /// How the end of the body is told in HTTP/1.1.
    enum Body: Hashable {
        case none, length, chunked
    }

    enum Refusal: Error, Hashable {
        /// Not a request (RFC 9113 section 8.1.1).
        case malformed
        /// `CONNECT` opens tunnels, which a reverse proxy has not.
        case connect
    }

    /// Writes the head of a request.
    /// - Parameter hasBody: whether the stream goes on after the head.
    static func write(
        _ headers: HPACKHeaders, hasBody: Bool, into buffer: inout ByteBuffer
    ) throws(Refusal) -> Body {
        let target = try HTTP2Target(headers)
        buffer.writeString(target.method)
        buffer.writeString(" ")
        buffer.writeString(target.path)
        buffer.writeString(" HTTP/1.1\r\n")
        if let host = target.host { writeField("host", host, into: &buffer) }
        var cookies: String?
        var length: String?
        for (name, value, _) in headers where !name.hasPrefix(":") {
            guard isName(name), isValue(value) else { throw .malformed }
            switch name {
            case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade": throw .malformed
            case "host", "http2-settings": continue
            case "cookie":
                // Cookies may come one by one (RFC 9113 section 8.2.3).
                cookies = cookies.map { "\($0); \(value)" } ?? value
            case "content-length":
                guard isLength(value), length == nil || length == value else { throw .malformed }
                length = value
            case "te":
                guard value == "trailers" else { throw .malformed }
                buffer.writeString("te: trailers\r\nconnection: te\r\n")
            default: writeField(name, value, into: &buffer)
            }
        }
        if let cookies { writeField("cookie", cookies, into: &buffer) }
        let body: Body
        if let length {
            writeField("content-length", length, into: &buffer)
            body = .length
        } else if hasBody {
            buffer.writeString("transfer-encoding: chunked\r\n")
            body = .chunked
        } else {
            // Servers may want to know that there is none (RFC 9110 section 8.6).
            if ["POST", "PUT", "PATCH"].contains(target.method) { buffer.writeString("content-length: 0\r\n") }
            body = .none
        }
        buffer.writeString("\r\n")
        return hasBody ? body : .none
    }

    /// Writes the fields after a chunked body, each with its line's end. Those that would change how the message is read
    /// are left out (RFC 9110 section 6.5.1).
    static func writeTrailers(_ headers: HPACKHeaders, into buffer: inout ByteBuffer) throws(Refusal) {
        for (name, value, _) in headers {
            guard isName(name), isValue(value) else { throw .malformed }
            switch name {
            case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade": throw .malformed
            case "authorization", "content-encoding", "content-length", "content-range", "content-type", "cookie",
                "expect", "host", "te", "trailer":
                continue
            default: writeField(name, value, into: &buffer)
            }
        }
    }

    private static func writeField(_ name: String, _ value: String, into buffer: inout ByteBuffer) {
        buffer.writeString(name)
        buffer.writeString(": ")
        buffer.writeString(value)
        buffer.writeString("\r\n")
    }

    /// A token without upper-case letters (RFC 9113 section 8.2.1).
    private static func isName(_ text: String) -> Bool {
        isToken(text) && !text.utf8.contains { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
    }

    /// RFC 9110 section 5.6.2.
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"),
                    UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"),
                    UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
                    true
                default: false
                }
            }
    }

    private static func isValue(_ text: String) -> Bool { !text.utf8.contains { $0 == 0 || $0 == 10 || $0 == 13 } }

    private static func isLength(_ text: String) -> Bool {
        (1...18).contains(text.utf8.count)
            && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }
}
