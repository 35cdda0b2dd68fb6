/// How an HTTP/2 connection without TLS begins (RFC 9113 section 3.4).
///
/// Read as HTTP/1.1 it is a request whose version no HTTP/1.1 parser takes. So it needs to be looked for only when the
/// first head of a connection has been refused, and costs other clients nothing.
package enum HTTP2Preface {
    package enum Match: Hashable, Sendable {
        case no
        /// The bytes so far are its beginning.
        case partial
        case yes
    }

    private static let text: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    /// Whether the first bytes of a connection are the preface.
    package static func match(_ bytes: UnsafeRawBufferPointer) -> Match {
        let count = min(bytes.count, text.utf8CodeUnitCount)
        for index in 0..<count where bytes[index] != text.utf8Start[index] { return .no }
        return count == text.utf8CodeUnitCount ? .yes : .partial
    }

    package static func isPreface(_ bytes: UnsafeRawBufferPointer) -> Bool { match(bytes) == .yes }
}
