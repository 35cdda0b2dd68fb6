/// The path and the query of a request, percent-encoded (RFC 3986): only unreserved characters stay as they are, so
/// that a name with `/`, `+` or `&` in it arrives as it was written.
package struct RequestPath: Hashable, Sendable, CustomStringConvertible {
    private var path: String
    private var query: [String] = []

    /// - Parameter segments: the parts between slashes, not encoded.
    package init(_ segments: String...) { path = segments.map { "/" + Self.escaped($0) }.joined() }

    /// Adds a parameter; none when `value` is nil.
    package mutating func add(_ name: String, _ value: String?) {
        guard let value else { return }
        query.append("\(Self.escaped(name))=\(Self.escaped(value))")
    }

    /// The same with a parameter added; none when `value` is nil.
    package func with(_ name: String, _ value: String?) -> RequestPath {
        var copy = self
        copy.add(name, value)
        return copy
    }

    package var description: String { query.isEmpty ? path : "\(path)?\(query.joined(separator: "&"))" }

    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": result.unicodeScalars.append(scalar)
            default: result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return result
    }
}
