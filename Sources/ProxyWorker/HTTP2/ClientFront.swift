/// What stands between a client and the handler that speaks HTTP/1.1 with it: what that handler can't see in the bytes.
package struct ClientFront: Hashable, Sendable {
    /// Whether the client's connection is encrypted: then `X-Forwarded-Proto` is `https`.
    package let isTLS: Bool
    /// Whether each of the client's requests has a channel of its own, which ends with the response.
    package let isHTTP2: Bool

    package init(isTLS: Bool = false, isHTTP2: Bool = false) {
        self.isTLS = isTLS
        self.isHTTP2 = isHTTP2
    }

    /// A connection without anything in front.
    package static let plain = ClientFront(isTLS: false, isHTTP2: false)

    package var scheme: StaticString { isTLS ? "https" : "http" }

    /// What the client speaks, as access logs write it.
    package var protocolName: StaticString { isHTTP2 ? "HTTP/2.0" : "HTTP/1.1" }
}
