internal import Foundation

/// What can be told of PEM (RFC 7468) by its text alone.
package enum PEMText {
    /// How many certificates `text` has; nil when one of them has no end, or is no base64.
    package static func certificateCount(_ text: String) -> Int? {
        var count = 0
        var rest = text[...]
        while let begin = rest.range(of: "-----BEGIN CERTIFICATE-----") {
            rest = rest[begin.upperBound...]
            guard let end = rest.range(of: "-----END CERTIFICATE-----") else { return nil }
            let lines = rest[..<end.lowerBound].filter { !$0.isWhitespace }
            guard !lines.isEmpty, Data(base64Encoded: String(lines)) != nil else { return nil }
            rest = rest[end.upperBound...]
            count += 1
        }
        return count
    }

    /// Whether `text` has a private key, of whatever kind.
    package static func hasPrivateKey(_ text: String) -> Bool { text.contains("PRIVATE KEY-----") }
}
