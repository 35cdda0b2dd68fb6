/// What the engine needs to know of a request.
package protocol RoutableRequest {
    /// As sent: case counts.
    var method: String { get }
    /// As `HostPattern.normalize` gives it.
    var host: String { get }
    /// Without the query.
    var path: String { get }
    /// As sent, without the question mark; empty when there is none.
    var query: String { get }
    /// The client's address in its canonical text.
    var sourceIP: String { get }
    /// The value of a header, several joined by "," (RFC 9110 section 5.3), Cookie headers by "; " (RFC 9113 section
    /// 8.2.3); nil when it isn't there.
    /// - Parameter lowercasedName: the name in lower case.
    func header(_ lowercasedName: String) -> String?
}

extension RoutableRequest {
    /// The first cookie of the name, over all Cookie headers; raw, as sent (RFC 6265 section 5.4).
    func cookie(_ name: String) -> String? {
        guard let header = header("cookie") else { return nil }
        for pair in header.utf8.split(separator: UInt8(ascii: ";")) {
            let trimmed = pair.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard let equals = trimmed.firstIndex(of: UInt8(ascii: "=")) else { continue }
            if trimmed[..<equals].elementsEqual(name.utf8) {
                var value = trimmed[trimmed.index(after: equals)...]
                while let last = value.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") {
                    value.removeLast()
                }
                return String(Substring(value))
            }
        }
        return nil
    }

    /// The first query parameter of the name, as sent; empty when it has no "=".
    func parameter(_ name: String) -> String? {
        guard !query.isEmpty else { return nil }
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard pair[..<equals].elementsEqual(name.utf8) else { continue }
            return equals == pair.endIndex ? "" : String(Substring(pair[pair.index(after: equals)...]))
        }
        return nil
    }
}
