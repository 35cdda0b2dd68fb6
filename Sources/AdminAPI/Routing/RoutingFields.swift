/// The fields of a worker's question that matter, read straight from the bytes of the request. Pure.
struct RoutingFields: Hashable {
    /// The value of `Authorization`, which begins with `Bearer`.
    let authorization: String
    /// The value of `Host`.
    let host: String

    /// Nil also when any field is odd, or changes what the request means.
    /// - Parameter fields: the lines of the fields and the empty line, each with its CRLF.
    init?(_ fields: some BidirectionalCollection<UInt8>) {
        guard fields.suffix(4).elementsEqual("\r\n\r\n".utf8) else { return nil }
        // Without the last three bytes what is left is lines that end with CR, parted by LF.
        let text = String(decoding: fields.dropLast(3), as: UTF8.self)
        var authorization: String?
        var host: String?
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            // A field's name is a token, right before the colon (RFC 9112 section 5.1); anything odd isn't for here.
            guard let line = Self.line(line), let colon = line.firstIndex(of: UInt8(ascii: ":")),
                colon > line.startIndex,
                line[..<colon].allSatisfy(Self.isTokenByte)
            else { return nil }
            let value = Substring(line[line.index(after: colon)...])
            switch Substring(line[..<colon]).lowercased() {
            case "authorization":
                guard authorization == nil, BearerToken.secret(in: Self.trimmed(value))?.contains(" ") == false
                else { return nil }
                authorization = Self.trimmed(value)
            case "host":
                guard host == nil else { return nil }
                host = Self.trimmed(value)
            // A body, a condition, a wish about the connection or the answer: general code.
            case "content-length", "transfer-encoding", "if-none-match", "connection", "upgrade", "expect", "te",
                "trailer", "origin", "x-request-id":
                return nil
            default: break
            }
        }
        guard let authorization, let host else { return nil }
        self.authorization = authorization
        self.host = host
    }

    /// The line without its CR; nil when it doesn't end with one, or has another.
    private static func line(_ line: Substring.UTF8View) -> Substring.UTF8View? {
        guard line.last == UInt8(ascii: "\r") else { return nil }
        let rest = line.dropLast()
        return rest.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x09 } ? rest : nil
    }

    private static func trimmed(_ value: Substring) -> String {
        var text = value.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 48...57: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
