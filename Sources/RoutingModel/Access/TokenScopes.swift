/// The routes and groups that a token may write: those whose names begin with one of some prefixes. Reading isn't
/// limited.
package struct TokenScopes: Hashable, Sendable {
    /// Everything.
    package static let all = TokenScopes([])

    package static let limit = 100

    /// Empty: every name. Sorted, each once.
    package let prefixes: [String]

    package init(_ prefixes: [String]) { self.prefixes = Set(prefixes).sorted() }

    /// Whether a route or group of this name may be written.
    package func allows(_ name: String) -> Bool { prefixes.isEmpty || prefixes.contains { name.hasPrefix($0) } }
}

extension TokenScopes: Codable {
    package init(from decoder: any Decoder) throws { self.init(try [String](from: decoder)) }

    package func encode(to encoder: any Encoder) throws { try prefixes.encode(to: encoder) }
}
