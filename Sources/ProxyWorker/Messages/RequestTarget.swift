internal import NIOHTTP1

/// A request's target (RFC 9112 section 3.2), in the form in which it is passed on.
struct RequestTarget: Hashable {
    /// In origin form, or `*`.
    let text: String
    /// Without the query; `*` is routed as `/`.
    let path: String
    /// Without the question mark.
    let query: String
    /// Of a target in absolute form.
    let authority: String?

    /// - Throws: `ProxyProblem` for anything but origin form, absolute form with `http` or `https`, and `OPTIONS *`.
    init(_ sent: String, method: HTTPMethod) throws(ProxyProblem) {
        if sent == "*", method == .OPTIONS {
            (text, path, query, authority) = (sent, "/", "", nil)
            return
        }
        var origin = sent
        var named: String?
        if sent.utf8.first != UInt8(ascii: "/") {
            (named, origin) = try Self.splitAbsolute(sent)
        }
        // A fragment is no part of a target. Passed on it would route by one path and be served by another.
        guard origin.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw ProxyProblem(.badRequest, "The request's target is not valid.")
        }
        text = origin
        authority = named
        if let mark = origin.utf8.firstIndex(of: UInt8(ascii: "?")) {
            path = String(origin[..<mark])
            query = String(origin[origin.utf8.index(after: mark)...])
        } else {
            path = origin
            query = ""
        }
    }

    private static func splitAbsolute(_ sent: String) throws(ProxyProblem) -> (authority: String, origin: String) {
        let bytes = sent.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            bytes[..<colon].isToken("http") || bytes[..<colon].isToken("https"),
            bytes[colon...].starts(with: "://".utf8)
        else { throw ProxyProblem(.badRequest, "The request's target is not valid.") }
        let start = bytes.index(colon, offsetBy: 3)
        let ends: [UInt8] = [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")]
        let end = bytes[start...].firstIndex { ends.contains($0) } ?? bytes.endIndex
        guard start < end else { throw ProxyProblem(.badRequest, "The request's target names no host.") }
        let rest = sent[end...]
        return (String(sent[start..<end]), rest.utf8.first == UInt8(ascii: "/") ? String(rest) : "/\(rest)")
    }

    /// Whether `text` can be a host with or without a port; user information is refused (RFC 9110 section 4.2.4).
    static func isAuthority(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                return true
            default:
                // RFC 3986 section 3.2.2: unreserved, percent-encoded, sub-delims, and what IP literals and ports use.
                return "-._~%!$&'()*+,;=:[]".utf8.contains(byte)
            }
        }
    }
}
