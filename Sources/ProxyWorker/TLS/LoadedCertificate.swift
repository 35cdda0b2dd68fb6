internal import NIOSSL

/// A certificate with its key, as it was read from its files.
struct LoadedCertificate: Sendable {
    let chain: [NIOSSLCertificateSource]
    let key: NIOSSLPrivateKeySource
    /// What clients may ask for to get it: its DNS names, or its common name when it has none (RFC 6125 section 6.4.4).
    let names: [String]

    /// - Parameters:
    ///   - files: for messages.
    ///   - certificate, key: what they hold; nil when a file can't be read.
    /// - Throws: `UnusableCertificate`.
    init(_ files: CertificateFiles, certificate: [UInt8]?, key: [UInt8]?) throws {
        guard let certificate, let certificates = try? NIOSSLCertificate.fromPEMBytes(certificate),
            let leaf = certificates.first
        else {
            throw UnusableCertificate(
                description: "The proxy's certificate \(files.certificate) can't be read as PEM certificates.")
        }
        guard let key, let privateKey = try? NIOSSLPrivateKey(bytes: key, format: .pem) else {
            throw UnusableCertificate(description: "The proxy's key \(files.key) can't be read as a PEM key.")
        }
        chain = certificates.map { .certificate($0) }
        self.key = .privateKey(privateKey)
        names = Self.names(leaf)
        // Only a context compares the two.
        guard
            (try? NIOSSLContext(configuration: .makeServerConfiguration(certificateChain: chain, privateKey: self.key)))
                != nil
        else {
            throw UnusableCertificate(
                description: "The proxy's certificate \(files.certificate) and key \(files.key) don't belong together.")
        }
    }

    private static func names(_ certificate: NIOSSLCertificate) -> [String] {
        let names = certificate._subjectAlternativeNames()
            .filter { $0.nameType == .dnsName }
            .map { String(decoding: $0.contents, as: UTF8.self) }
        guard names.isEmpty else { return names }
        return (try? certificate.toDERBytes()).flatMap(CommonName.of).map { [$0] } ?? []
    }
}
