/// What is wrong with a request's target: such a request is answered 400 before any rule is looked at.
package enum TargetFault: Hashable, Sendable {
    /// A blank, a control character, `#`, or a byte beyond ASCII (RFC 9112 section 3.2).
    case character
    /// A `%` in the path without two hexadecimal digits behind it, or `%00`.
    case escape
    /// The path's `..` segments go above the root (RFC 3986 section 5.2.4 would drop them).
    case climbs

    /// - Parameters:
    ///   - path: up to the first `?`.
    ///   - query: what is behind that.
    /// - Returns: nil when the characters are right; `climbs` is for `PathNormalizer` to find.
    init?(path: String, query: String) {
        guard path.utf8.allSatisfy(Self.isAllowed), query.utf8.allSatisfy(Self.isAllowed) else {
            self = .character
            return
        }
        let bytes = Array(path.utf8)
        for place in bytes.indices where bytes[place] == UInt8(ascii: "%") {
            let digits = bytes[(place + 1)...].prefix(2)
            guard digits.count == 2, digits.allSatisfy(Self.isHexadecimal), !digits.allSatisfy({ $0 == 0x30 }) else {
                self = .escape
                return
            }
        }
        return nil
    }

    /// Words for `explain`.
    package var words: String {
        switch self {
        case .character: return "its target has a character that may not be there unescaped"
        case .escape: return "its path has an escape that is not valid"
        case .climbs: return "its path leads above the root"
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "#") }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            return true
        default: return false
        }
    }
}
