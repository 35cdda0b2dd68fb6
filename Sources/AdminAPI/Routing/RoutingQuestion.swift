internal import RoutingModel

/// A worker's question as workers ask it, read straight from the bytes of the request:
/// `GET /v1/routing?index=…&wait=…&worker=…&delta=…`. Pure.
struct RoutingQuestion: Hashable {
    let index: Int
    let wait: Duration
    let worker: String?
    let isDelta: Bool

    /// What a request must begin with to be one.
    static let beginning = Array("GET /v1/routing?".utf8)

    /// Nil for whatever isn't exactly such a question, be it another one, one that is to be refused, or one that is
    /// written in an unusual way: that is for the API's general code, which answers it with all due care.
    /// - Parameter line: the request line with its CRLF.
    init?(line: some BidirectionalCollection<UInt8>) {
        guard line.suffix(2).elementsEqual("\r\n".utf8) else { return nil }
        let text = String(decoding: line.dropLast(2), as: UTF8.self)
        guard text.hasPrefix("GET /v1/routing?"), text.hasSuffix(" HTTP/1.1"),
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
        else { return nil }
        let target = text.utf8.dropFirst("GET /v1/routing?".utf8.count).dropLast(" HTTP/1.1".utf8.count)
        guard !target.contains(UInt8(ascii: " ")) else { return nil }
        var parameters: [Substring: Substring] = [:]
        for pair in Substring(target).split(separator: "&", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty, parameters.updateValue(parts[1], forKey: parts[0]) == nil else {
                return nil
            }
        }
        guard let number = parameters.removeValue(forKey: "index"), number.utf8.allSatisfy({ (48...57).contains($0) }),
            let index = Int(number)
        else { return nil }
        self.index = index
        if let text = parameters.removeValue(forKey: "wait") {
            guard let wait = DurationText.parse(String(text)) else { return nil }
            self.wait = min(wait, RoutingHandlers.longestWait)
        } else {
            wait = RoutingHandlers.defaultWait
        }
        worker = parameters.removeValue(forKey: "worker").map(String.init)
        if let worker, !WorkerID.isValid(worker) { return nil }
        switch parameters.removeValue(forKey: "delta") {
        case "true": isDelta = true
        case nil, "false": isDelta = false
        default: return nil
        }
        guard parameters.isEmpty else { return nil }
    }

    /// What follows the scheme in `Authorization: Bearer …`; nil also when any field is odd, or changes what the request
    /// means.
    /// - Parameter fields: the lines of the fields and the empty line, each with its CRLF.
    static func token(inFields fields: some BidirectionalCollection<UInt8>) -> String? {
        guard fields.suffix(4).elementsEqual("\r\n\r\n".utf8) else { return nil }
        // Without the last three bytes what is left is lines that end with CR, parted by LF.
        let text = String(decoding: fields.dropLast(3), as: UTF8.self)
        var token: String?
        var hasHost = false
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            // A field's name is a token, right before the colon (RFC 9112 section 5.1); anything odd isn't for here.
            guard let line = Self.line(line), let colon = line.firstIndex(of: UInt8(ascii: ":")),
                colon > line.startIndex,
                line[..<colon].allSatisfy(Self.isTokenByte)
            else { return nil }
            let value = Substring(line[line.index(after: colon)...])
            switch Substring(line[..<colon]).lowercased() {
            case "authorization":
                guard token == nil, let secret = Self.bearer(value) else { return nil }
                token = secret
            case "host":
                guard !hasHost else { return nil }
                hasHost = true
            // A body, a condition, a wish about the connection: general code.
            case "content-length", "transfer-encoding", "if-none-match", "connection", "upgrade", "expect", "te",
                "trailer":
                return nil
            default: break
            }
        }
        return hasHost ? token : nil
    }

    /// The line without its CR; nil when it doesn't end with one, or has another.
    private static func line(_ line: Substring.UTF8View) -> Substring.UTF8View? {
        guard line.last == UInt8(ascii: "\r") else { return nil }
        let rest = line.dropLast()
        return rest.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x09 } ? rest : nil
    }

    /// As `BearerAuthentication` reads it.
    private static func bearer(_ value: Substring) -> String? {
        let parts = value.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 48...57: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
