internal import NIOHTTP1
internal import RoutingEngine

/// A request whose head was found good: what routing, forwarding and the exchange need to know of it.
struct ProxiedRequest: RoutableRequest {
    let method: String
    /// The Host header as the client sent it, or the authority of an absolute target; empty when there is none.
    let authority: String
    let host: String
    /// In origin form, or `*`.
    let target: String
    let path: String
    let query: String
    let sourceIP: String
    let fields: HTTPHeaders
    let codecMethod: HTTPMethod
    let framing: BodyFraming
    /// False for HTTP/1.0.
    let isHTTP11: Bool
    /// Whether the client wants to use its connection again, and can.
    let isKeepAlive: Bool
    /// Whether the client holds its body back until it is told to go on (RFC 9110 section 10.1.1).
    let expectsContinue: Bool
    /// The fields that `Connection` names, in lower case.
    let connectionFields: [String]

    /// Whether sending it twice is the same as sending it once (RFC 9110 section 9.2.2).
    var isIdempotent: Bool {
        switch codecMethod {
        case .GET, .HEAD, .OPTIONS, .PUT, .DELETE, .TRACE: return true
        default: return false
        }
    }

    func header(_ lowercasedName: String) -> String? {
        // RFC 9110 section 5.3; cookies RFC 9113 section 8.2.3.
        let separator = lowercasedName == "cookie" ? "; " : ","
        var found: String?
        for (name, value) in fields where name.isField(lowercasedName) {
            if let before = found { found = before + separator + value } else { found = value }
        }
        return found
    }
}
