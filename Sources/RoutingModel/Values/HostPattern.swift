/// Which hosts a route is for: one name, every name below a domain (`*.example.org`), or any (`*`).
///
/// Names are compared in lower case, without port and without a final dot. A wildcard stands for one or more labels:
/// `*.example.org` is `a.example.org` and `b.a.example.org`, not `example.org`.
package enum HostPattern: Hashable, Sendable {
    case any
    case exact(String)
    /// What follows the star, dot included: `.example.org`.
    case wildcard(suffix: String)

    /// Nil when `text` is neither a host name, an IP address, nor one star label in front of a name.
    package init?(_ text: String) {
        let lower = text.lowercased()
        if lower == "*" {
            self = .any
        } else if lower.hasPrefix("*.") {
            let suffix = String(lower.dropFirst())
            guard Self.isName(String(suffix.dropFirst())) else { return nil }
            self = .wildcard(suffix: suffix)
        } else {
            guard Self.isName(lower) || Self.isIPv6Literal(lower) else { return nil }
            self = .exact(Self.canonicalLiteral(lower))
        }
    }

    /// A request's host as patterns compare it: lower case, no port, no final dot; an IPv6 literal in its canonical
    /// text (RFC 5952), with its brackets.
    package static func normalize(_ authority: some StringProtocol) -> String {
        var host = authority.lowercased()
        if host.hasPrefix("[") {
            if let end = host.firstIndex(of: "]") { host = canonicalLiteral(String(host[...end])) }
        } else if let colon = host.firstIndex(of: ":") {
            host = String(host[..<colon])
        }
        if host.hasSuffix(".") { host.removeLast() }
        return host
    }

    private static func isName(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 253 else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.utf8.count <= 63 && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                }
        }
    }

    private static func canonicalLiteral(_ host: String) -> String {
        guard host.hasPrefix("["), let address = IPAddress(String(host.dropFirst().dropLast())) else { return host }
        return "[\(address)]"
    }

    private static func isIPv6Literal(_ text: String) -> Bool {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return false }
        return IPAddress(String(text.dropFirst().dropLast()))?.isIPv6 == true
    }
}

extension HostPattern: CustomStringConvertible {
    package var description: String {
        switch self {
        case .any: return "*"
        case .exact(let host): return host
        case .wildcard(let suffix): return "*\(suffix)"
        }
    }
}

extension HostPattern: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = HostPattern(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "must be a host name without a port, '*.' and a host name, or '*'")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
