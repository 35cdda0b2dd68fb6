package import NIOCore

/// Where and how a worker listens for clients that speak TLS.
package struct TLSListener: Hashable, Sendable {
    package var listen: [ListenAddress]
    /// At least one. The first is shown to clients that ask for a name which none of them has.
    package var certificates: [CertificateFiles]
    /// For a client from the connection to the end of the handshake.
    package var handshakeTimeout: TimeAmount = .seconds(10)
    /// How often the files are looked at.
    package var reloadInterval: Duration = .seconds(2)

    package init(listen: [ListenAddress], certificates: [CertificateFiles]) {
        self.listen = listen
        self.certificates = certificates
    }
}
