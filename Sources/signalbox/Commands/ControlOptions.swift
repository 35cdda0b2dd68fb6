import ArgumentParser
import NIOSSL

/// How a worker trusts a control plane with an `https://` address, and shows it who asks.
struct ControlOptions: ParsableArguments {
    @Option(help: "Certificates (PEM) to trust for https://. (default: those of the system)")
    var controlCa: String?

    @Option(help: "The client certificate (PEM) for a control plane that asks for one.")
    var controlCert: String?

    @Option(help: "The key (PEM) of the client certificate.")
    var controlKey: String?

    /// Nil when nothing is said: then the system's certificates are trusted.
    /// - Throws: `ValidationError` naming the file that can't be used. Files are read once.
    func tls(_ environment: Environment) throws -> TLSConfiguration? {
        let ca = try environment.value(controlCa, "CONTROL_CA")
        let certificate = try environment.value(controlCert, "CONTROL_CERT")
        let key = try environment.value(controlKey, "CONTROL_KEY")
        guard ca != nil || certificate != nil || key != nil else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let ca { configuration.trustRoots = .certificates(try certificates(ca)) }
        switch (certificate, key) {
        case (nil, nil): break
        case (let certificate?, let key?):
            configuration.certificateChain = try certificates(certificate).map { .certificate($0) }
            guard let secret = try? NIOSSLPrivateKey(file: key, format: .pem) else {
                throw ValidationError("The key \(key) can't be read as a PEM key.")
            }
            configuration.privateKey = .privateKey(secret)
            guard (try? NIOSSLContext(configuration: configuration)) != nil else {
                throw ValidationError("The certificate \(certificate) and the key \(key) don't belong together.")
            }
        default: throw ValidationError("--control-cert and --control-key must be given together.")
        }
        return configuration
    }

    private func certificates(_ file: String) throws -> [NIOSSLCertificate] {
        guard let certificates = try? NIOSSLCertificate.fromPEMFile(file), !certificates.isEmpty else {
            throw ValidationError("\(file) can't be read as PEM certificates.")
        }
        return certificates
    }
}
