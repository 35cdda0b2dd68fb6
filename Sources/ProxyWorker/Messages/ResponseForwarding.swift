internal import NIOHTTP1

/// The head that a client gets for an upstream peer's response.
struct ResponseForwarding {
    let head: HTTPResponseHead
    /// How the client finds the body's end.
    let framing: BodyFraming
    /// Whether the client's connection ends with this response.
    let closesClient: Bool
    /// Whether the peer lets its connection be used again.
    let keepsUpstream: Bool
    /// Seconds for which the peer says that it keeps an idle connection (the `timeout` of its Keep-Alive header).
    let upstreamKeepAlive: Int?

    /// Nil for a response that can't be passed on: its length can't be known (RFC 9112 section 6.3).
    /// - Parameters:
    ///   - closing: whether the client's connection has to end with this response for reasons of the proxy's own.
    init?(_ response: HTTPResponseHead, to request: ProxiedRequest, closing: Bool) {
        var connection: [String] = []
        var contentLength: String?
        var coding: String?
        var keepAlive: String?
        var isClean = true
        for (name, value) in response.headers {
            switch FieldKind(name) {
            case .connection:
                ConnectionTokens.append(value, to: &connection)
                isClean = false
            case .transferEncoding:
                coding = coding.map { "\($0),\(value)" } ?? value
                isClean = false
            case .contentLength:
                guard contentLength == nil || contentLength == value else { return nil }
                contentLength = value
            case .keepAlive:
                keepAlive = value
                isClean = false
            case .hopByHop, .te, .upgrade:
                isClean = false
            case .endToEnd, .host, .expect, .forwardedFor, .forwardedProto, .forwardedHost:
                break
            }
        }
        if let coding, !coding.isField("chunked") { return nil }
        var length: Int?
        if let contentLength {
            // Digits that no number holds: where the body ends can't be known.
            guard let number = Int(contentLength), number >= 0 else { return nil }
            length = number
        }
        let code = response.status.code
        let hasNoBody = request.codecMethod == .HEAD || code == 204 || code == 304
        let ownFraming: BodyFraming =
            hasNoBody
            ? .none : coding != nil ? .chunked : length.map { .length($0) } ?? .untilClose
        switch ownFraming {
        case .none, .length: framing = ownFraming
        case .chunked, .untilClose: framing = request.isHTTP11 ? .chunked : .untilClose
        }
        closesClient = closing || !request.isKeepAlive || framing == .untilClose
        keepsUpstream =
            ownFraming != .untilClose
            && (response.version.minor >= 1 ? !connection.contains("close") : connection.contains("keep-alive"))
        upstreamKeepAlive = keepAlive.flatMap(Self.timeout)

        var fields = response.headers
        if !isClean || code == 204 {
            var kept: [(String, String)] = []
            kept.reserveCapacity(response.headers.count + 1)
            for (name, value) in response.headers {
                switch FieldKind(name) {
                case .connection, .transferEncoding, .keepAlive, .hopByHop, .te, .upgrade: continue
                // RFC 9110 section 8.6: none with a 204.
                case .contentLength where code == 204 || coding != nil: continue
                case .endToEnd where connection.contains(where: { name.isField($0) }): continue
                default: kept.append((name, value))
                }
            }
            fields = HTTPHeaders(kept)
        }
        if framing == .chunked { fields.add(name: "Transfer-Encoding", value: "chunked") }
        if closesClient {
            fields.add(name: "Connection", value: "close")
        } else if !request.isHTTP11 {
            fields.add(name: "Connection", value: "keep-alive")
        }
        head = HTTPResponseHead(version: .http1_1, status: response.status, headers: fields)
    }

    /// The number of `timeout=5, max=100`.
    static func timeout(_ value: String) -> Int? {
        for part in value.utf8.split(whereSeparator: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }) {
            let pair = part.split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard pair.count == 2, pair[0].isToken("timeout") else { continue }
            return UInt16(String(Substring(pair[1]))).map(Int.init)
        }
        return nil
    }
}
