internal import NIOCore
internal import RoutingEngine

/// For whom a client speaks that is a proxy itself.
extension ClientConnection {
    /// The connection has an address: is it one whose word is believed?
    func noteTrust() {
        if proxy.configuration.trustedProxies.contains(sourceIP) { trustedProxyIP = sourceIP }
    }

    /// Takes the address of the client that a trusted proxy speaks for from the request, which the loop's scanner has.
    func believeProxy() {
        let proxy = proxy
        let client = head.withUnsafeReadableBytes { bytes in
            proxy.configuration.trustedProxies.client(proxy.requestHead.table, over: bytes)
        }
        sourceIP = client?.text ?? trustedProxyIP
    }

    /// What comes next is another request, of which nothing is known yet.
    func forgetRequest() {
        head.clear()
        if !trustedProxyIP.isEmpty { sourceIP = trustedProxyIP }
    }
}
