internal import NIOCore
internal import NIOHTTP1

extension ClientHandler {
    /// The answer to what the codec refuses.
    static func problem(for error: any Error) -> ProxyProblem {
        switch error {
        case HTTPParserError.headerOverflow: return ProxyProblem(.headTooLarge)
        case HTTPParserError.invalidVersion: return ProxyProblem(.versionNotSupported)
        case HTTPParserError.invalidMethod: return ProxyProblem(.notImplemented, "The request's method is not known.")
        default: return ProxyProblem(.badRequest)
        }
    }

    /// A client's address in its canonical text; an IPv4 client of an IPv6 listener counts as what it is.
    static func canonicalAddress(_ address: SocketAddress?) -> String {
        let text = address?.ipAddress ?? ""
        return text.hasPrefix("::ffff:") && text.contains(".") ? String(text.dropFirst(7)) : text
    }
}
