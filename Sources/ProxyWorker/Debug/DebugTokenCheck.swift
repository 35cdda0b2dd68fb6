internal import Crypto

/// Tells whether a request may see how it was routed: whether its `X-Signalbox-Debug` header carries a token that was
/// signed with the worker's key and hasn't expired.
package struct DebugTokenCheck: Sendable {
    /// The header with the token; it is never passed on.
    package static let header = "x-signalbox-debug"

    private let key: SymmetricKey

    package init(_ key: DebugKey) { self.key = SymmetricKey(data: key.bytes) }

    /// - Parameters:
    ///   - token: the header's value: `v1.<expiry>.<64 hexadecimal digits>`.
    ///   - seconds: since 1970, now.
    package func accepts(_ token: UnsafeRawBufferPointer, at seconds: Int) -> Bool {
        guard let parts = DebugToken.parts(of: token), parts.expiry > seconds else { return false }
        // Compares in constant time.
        return HMAC<SHA256>.isValidAuthenticationCode(parts.code, authenticating: parts.signed, using: key)
    }
}
