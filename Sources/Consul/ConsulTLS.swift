internal import NIOSSL

/// How agents with `https://` addresses are trusted, and how they are shown who asks.
package struct ConsulTLS: Sendable {
    let configuration: TLSConfiguration
    /// The name that must be in an agent's certificate, instead of the address's host.
    let serverName: String?

    /// Reads all files; they aren't read again.
    /// - Parameters:
    ///   - caFile: certificates (PEM) that the agents' must be signed by; nil: those that the system trusts.
    ///   - certificateFile: the client's certificate and those between it and the CA (PEM), for agents that ask for one
    ///     (`verify_incoming`). Only together with `keyFile`.
    ///   - keyFile: the key (PEM) of the client's certificate, without a passphrase.
    ///   - serverName: as in `server.dc1.consul`.
    /// - Throws: `ConsulConfigurationError` naming the file that can't be read or understood.
    package init(
        caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil, serverName: String? = nil
    ) throws(ConsulConfigurationError) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let caFile {
            configuration.trustRoots = .certificates(try Self.certificates(caFile, "CA file"))
        }
        switch (certificateFile, keyFile) {
        case (nil, nil): break
        case (let certificateFile?, let keyFile?):
            configuration.certificateChain = try Self.certificates(certificateFile, "client certificate")
                .map { .certificate($0) }
            do {
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem))
            } catch {
                throw ConsulConfigurationError("Consul's client key \(keyFile) can't be read as a PEM key.")
            }
            do {
                // Also finds a key that belongs to another certificate.
                _ = try NIOSSLContext(configuration: configuration)
            } catch {
                throw ConsulConfigurationError(
                    "Consul's client certificate \(certificateFile) and key \(keyFile) don't belong together.")
            }
        default:
            throw ConsulConfigurationError("Consul's client certificate and its key must be given together.")
        }
        if let serverName {
            let isName = serverName.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
            guard isName, !serverName.isEmpty else {
                throw ConsulConfigurationError("Consul's TLS server name \"\(serverName)\" is not a host name.")
            }
        }
        self.configuration = configuration
        self.serverName = serverName
    }

    private static func certificates(
        _ file: String, _ what: String
    ) throws(ConsulConfigurationError) -> [NIOSSLCertificate] {
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(file)
        } catch {
            throw ConsulConfigurationError("Consul's \(what) \(file) can't be read as PEM certificates.")
        }
        guard !certificates.isEmpty else {
            throw ConsulConfigurationError("Consul's \(what) \(file) has no certificate.")
        }
        return certificates
    }
}
