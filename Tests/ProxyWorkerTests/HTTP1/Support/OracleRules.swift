@testable import ProxyWorker

/// What llhttp knows and does otherwise on purpose.
enum OracleRules {
    /// It refuses all other methods; this proxy passes them on.
    static let known: Set<String> = [
        "DELETE", "GET", "HEAD", "POST", "PUT", "CONNECT", "OPTIONS", "TRACE", "COPY", "LOCK", "MKCOL", "MOVE",
        "PROPFIND",
        "PROPPATCH", "SEARCH", "UNLOCK", "BIND", "REBIND", "UNBIND", "ACL", "REPORT", "MKACTIVITY", "CHECKOUT", "MERGE",
        "M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "PATCH", "PURGE", "MKCALENDAR", "LINK", "UNLINK", "SOURCE",
        "QUERY",
    ]

    /// Whether a trailer is passed on; it reads them all.
    static func isTrailer(_ line: String) -> Bool {
        let name = Array(line.utf8.prefix { $0 != UInt8(ascii: ":") })
        return name.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { FieldTag($0, bytes.count) == .endToEnd } ?? false
        }
    }
}
