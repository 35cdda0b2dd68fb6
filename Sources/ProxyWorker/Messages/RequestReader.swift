internal import NIOHTTP1
internal import RoutingModel

/// Makes a ``ProxiedRequest`` of a request's head, or says why it is refused.
///
/// The codec has refused what isn't HTTP before; this looks at what the fields mean together (RFC 9112 sections 3.2
/// and 6), so that no two servers on the way can disagree about where a request ends or whom it is for.
struct RequestReader {
    let sourceIP: String
    /// The last authority on this connection and its normal form: it hardly ever changes.
    private var lastAuthority = ""
    private var lastHost = ""

    /// - Parameter sourceIP: the client's address in its canonical text.
    init(sourceIP: String) { self.sourceIP = sourceIP }

    /// - Throws: `ProxyProblem`; the connection can't be used after it.
    mutating func read(_ head: HTTPRequestHead) throws(ProxyProblem) -> ProxiedRequest {
        guard head.version.major == 1 else { throw ProxyProblem(.versionNotSupported) }
        let fields = try Fields(head.headers)
        let isHTTP11 = head.version.minor >= 1
        let framing = try Self.framing(fields, isHTTP11: isHTTP11)
        if head.method == .CONNECT { throw ProxyProblem(.methodNotAllowed) }
        if fields.hosts > 1 { throw ProxyProblem(.badRequest, "The request has more than one Host header.") }
        if fields.hosts == 0, isHTTP11 { throw ProxyProblem(.badRequest, "The request has no Host header.") }
        let target = try RequestTarget(head.uri, method: head.method)
        // RFC 9112 section 3.2.2: the authority of an absolute target counts, whatever Host says.
        let authority = target.authority ?? fields.host ?? ""
        if authority != lastAuthority || lastHost.isEmpty {
            guard RequestTarget.isAuthority(authority) else {
                throw ProxyProblem(.badRequest, "The request's host is not valid.")
            }
            lastHost = HostPattern.normalize(authority)
            lastAuthority = authority
        }
        let asksForUpgrade = fields.hasUpgrade && fields.connection.contains("upgrade")
        let wantsKeepAlive =
            isHTTP11 ? !fields.connection.contains("close") : fields.connection.contains("keep-alive")
        return ProxiedRequest(
            method: head.method.rawValue,
            authority: authority,
            host: lastHost,
            target: target.text,
            path: target.path,
            query: target.query,
            sourceIP: sourceIP,
            fields: head.headers,
            codecMethod: head.method,
            framing: framing,
            isHTTP11: isHTTP11,
            // The codec stops reading after a request that asks for another protocol.
            isKeepAlive: wantsKeepAlive && !asksForUpgrade,
            expectsContinue: fields.expectsContinue && isHTTP11 && framing != .none,
            connectionFields: fields.connection
        )
    }

    private static func framing(_ fields: Fields, isHTTP11: Bool) throws(ProxyProblem) -> BodyFraming {
        if let coding = fields.transferEncoding {
            // RFC 9112 section 6.1: framing by both, or by a coding in HTTP/1.0, is how requests are smuggled.
            guard fields.contentLength == nil, isHTTP11 else {
                throw ProxyProblem(.badRequest, "The request's length is given in two ways.")
            }
            guard coding.isField("chunked") else {
                throw ProxyProblem(.notImplemented, "The request has a transfer coding other than chunked.")
            }
            return .chunked
        }
        return fields.contentLength.map { .length($0) } ?? .none
    }

    /// The fields that decide what becomes of a request, found in one pass.
    private struct Fields {
        var hosts = 0
        var host: String?
        var contentLength: Int?
        /// All values, joined.
        var transferEncoding: String?
        var connection: [String] = []
        var expectsContinue = false
        var hasUpgrade = false

        init(_ headers: HTTPHeaders) throws(ProxyProblem) {
            for (name, value) in headers {
                switch FieldKind(name) {
                case .host:
                    hosts += 1
                    host = value
                case .contentLength:
                    guard !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                        let length = Int(value),
                        contentLength == nil || contentLength == length
                    else { throw ProxyProblem(.badRequest, "The request's Content-Length is not valid.") }
                    contentLength = length
                case .transferEncoding:
                    transferEncoding = transferEncoding.map { "\($0),\(value)" } ?? value
                case .connection:
                    ConnectionTokens.append(value, to: &connection)
                case .expect:
                    expectsContinue = value.isField("100-continue")
                case .upgrade:
                    hasUpgrade = true
                default:
                    break
                }
            }
        }
    }
}
