internal import NIOHPACK

/// What the pseudo-header fields of a request say (RFC 9113 section 8.3.1), and its `host`.
struct HTTP2Target {
    let method: String
    /// As the target of HTTP/1.1: a path with its query, or `*`.
    let path: String
    let host: String?

    init(_ headers: HPACKHeaders) throws(HTTP2Request.Refusal) {
        var method: String?
        var path: String?
        var scheme: String?
        var authority: String?
        var host: String?
        for (name, value, _) in headers {
            switch name {
            case ":method": try Self.set(&method, value)
            case ":path": try Self.set(&path, value)
            case ":scheme": try Self.set(&scheme, value)
            case ":authority": try Self.set(&authority, value)
            case "host": try Self.set(&host, value)
            default: guard !name.hasPrefix(":") else { throw .malformed }
            }
        }
        guard let method, HTTP2Request.isToken(method) else { throw .malformed }
        guard method != "CONNECT" else { throw .connect }
        guard let path, Self.isVisible(path), path.hasPrefix("/") || (path == "*" && method == "OPTIONS") else {
            throw .malformed
        }
        guard let scheme = scheme?.lowercased(), scheme == "http" || scheme == "https" else { throw .malformed }
        if authority?.isEmpty == true { authority = nil }
        if let name = authority ?? host { guard Self.isVisible(name), !name.contains("@") else { throw .malformed } }
        // Two names are one too many: a filter that sees the other one would be passed by.
        if let authority, let host, authority.lowercased() != host.lowercased() { throw .malformed }
        self.method = method
        self.path = path
        self.host = authority ?? host
    }

    private static func set(_ field: inout String?, _ value: String) throws(HTTP2Request.Refusal) {
        guard field == nil else { throw .malformed }
        field = value
    }

    /// No blank and no control character, which would end a part of a request line.
    private static func isVisible(_ text: String) -> Bool { !text.utf8.contains { $0 <= 0x20 || $0 == 0x7F } }
}
