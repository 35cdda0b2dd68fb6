import ArgumentParser
import ProxyWorker

/// Where a proxy lets its clients speak TLS, and what it shows them.
struct TLSListenOptions: ParsableArguments {
    @Option(help: "Where the proxy listens for TLS, with HTTP/2 for clients that know it; may be repeated.")
    var tlsListen: [ListenAddress] = []

    @Option(
        help: """
            A certificate (PEM, with those between it and the CA) for --tls-listen, read again when it changes; may be \
            repeated: clients get the one with the name that they ask for, else the first.
            """)
    var tlsCert: [String] = []

    @Option(help: "The key (PEM) of the certificate; one for each --tls-cert, in the same order.")
    var tlsKey: [String] = []

    @Option(help: "HTTP/2 without TLS, for clients that know that the proxy speaks it: on or off. (default: on)")
    var cleartextHttp2: OnOff?

    /// Sets what the flags and the environment say.
    /// - Throws: `ValidationError`, naming what is missing.
    func apply(to configuration: inout ProxyConfiguration, _ environment: Environment) throws {
        configuration.tls = try listener(environment)
        configuration.allowsCleartextHTTP2 =
            try environment.value(cleartextHttp2, "CLEARTEXT_HTTP2", default: .on) == .on
    }

    /// Nil without an address.
    func listener(_ environment: Environment) throws -> TLSListener? {
        let listen = try environment.values(tlsListen, "TLS_LISTEN")
        let certificates = try environment.values(tlsCert, "TLS_CERT")
        let keys = try environment.values(tlsKey, "TLS_KEY")
        guard certificates.count == keys.count else {
            throw ValidationError(
                "Each --tls-cert needs its --tls-key: there are \(certificates.count) and \(keys.count).")
        }
        guard !listen.isEmpty else {
            guard certificates.isEmpty else { throw ValidationError("--tls-cert needs --tls-listen.") }
            return nil
        }
        guard !certificates.isEmpty else { throw ValidationError("--tls-listen needs --tls-cert and --tls-key.") }
        return TLSListener(
            listen: listen,
            certificates: zip(certificates, keys).map { CertificateFiles(certificate: $0, key: $1) })
    }
}
