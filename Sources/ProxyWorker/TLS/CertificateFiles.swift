/// One certificate of a listener: the files that hold it.
package struct CertificateFiles: Hashable, Sendable {
    /// The server's certificate and those between it and the authority (PEM).
    package let certificate: String
    /// Its key (PEM), without a passphrase.
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
