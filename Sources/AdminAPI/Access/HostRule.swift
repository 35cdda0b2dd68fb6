internal import RoutingModel

/// Which values of `Host` are answered.
///
/// A page from somewhere else can have its name resolve to this address, and then its scripts are of the same origin as
/// this API for a browser ("DNS rebinding"). What they can't do is send another `Host`: so only names that are known to
/// be this server's are answered, and addresses, which nobody can have resolve elsewhere.
struct HostRule: Sendable {
    private let names: Set<String>

    /// - Parameter names: besides `localhost`, without ports.
    init(_ names: [String] = []) { self.names = Set(names.map { $0.lowercased() }).union(["localhost"]) }

    /// - Parameter field: the value of `Host`, with or without a port.
    func allows(_ field: some StringProtocol) -> Bool {
        let text = field.lowercased()
        if text.hasPrefix("[") {
            guard let end = text.lastIndex(of: "]"), Self.isPort(text[text.index(after: end)...]) else { return false }
            return Self.isIPv6(text[text.index(after: text.startIndex)..<end])
        }
        let host: Substring
        if let colon = text.lastIndex(of: ":") {
            guard Self.isPort(text[colon...]) else { return false }
            host = text[..<colon]
        } else {
            host = text[...]
        }
        // A name that ends with a dot is the same name.
        let name = host.hasSuffix(".") ? String(host.dropLast()) : String(host)
        return names.contains(name) || Self.isIPv4(host)
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || (text.first == ":" && text.dropFirst().utf8.allSatisfy { (48...57).contains($0) })
    }

    private static func isIPv4(_ text: Substring) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy { (48...57).contains($0) }
            }
    }

    private static func isIPv6(_ text: Substring) -> Bool { IPAddress(String(text))?.isIPv6 ?? false }
}
