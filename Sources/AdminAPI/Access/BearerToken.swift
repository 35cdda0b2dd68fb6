/// Reads `Authorization: Bearer …` (RFC 6750 section 2.1).
enum BearerToken {
    /// What follows the scheme, without blanks around it; nil when the scheme is another, or nothing follows.
    static func secret(in field: some StringProtocol) -> String? {
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        var text = parts[1].drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text.isEmpty ? nil : String(text)
    }
}
