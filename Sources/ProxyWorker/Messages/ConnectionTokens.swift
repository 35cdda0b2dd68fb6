/// The tokens of `Connection` headers (RFC 9110 section 7.6.1).
enum ConnectionTokens {
    /// Adds the tokens of `value`, in lower case, to `tokens`.
    static func append(_ value: String, to tokens: inout [String]) {
        if value == "keep-alive" || value == "close" {
            tokens.append(value)
            return
        }
        for part in value.utf8.split(separator: UInt8(ascii: ",")) {
            let start = part.firstIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
            let end = part.lastIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
            if let start, let end { tokens.append(String(Substring(part[start...end])).lowercased()) }
        }
    }
}
