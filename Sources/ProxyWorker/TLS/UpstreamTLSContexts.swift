package import NIOSSL
package import RoutingModel
internal import Synchronization

/// What connections to peers with TLS are made with: one context for each way to verify them that some group has. Shared
/// by all event loops of a worker.
///
/// Contexts are made ahead, when a snapshot comes: reading the system's authorities takes milliseconds, which an event
/// loop has not.
package final class UpstreamTLSContexts: Sendable {
    /// The name that a certificate is compared with is the connection's, not the context's.
    private struct Trust: Hashable {
        let authorities: String?
        let verification: CertificateVerification

        init(_ settings: UpstreamTLS, verifiesName: Bool = true) {
            // What is not verified needs nobody to trust.
            authorities = settings.verify ? settings.authorities : nil
            verification = !settings.verify ? .none : verifiesName ? .fullVerification : .noHostnameVerification
        }
    }

    private let contexts = Mutex<[Trust: Result<NIOSSLContext, UnusableCertificate>]>([:])

    package init() {}

    /// Makes what `settings` need and is not there yet, and forgets what they don't need. Not to be called on an event
    /// loop; connections that have been made keep what they have.
    /// - Parameter nameless: those of them with which connections are made that verify no name.
    /// - Returns: why the peers of some groups can't be connected to.
    @discardableResult
    package func keep(
        _ settings: some Sequence<UpstreamTLS>, nameless: [UpstreamTLS] = []
    ) -> [UnusableCertificate] {
        let old = contexts.withLock { $0 }
        var new: [Trust: Result<NIOSSLContext, UnusableCertificate>] = [:]
        let trusts = Set(settings.map { Trust($0) } + nameless.map { Trust($0, verifiesName: false) })
        for trust in trusts { new[trust] = old[trust] ?? Self.make(trust) }
        contexts.withLock { $0 = new }
        return new.values.compactMap { result in
            if case .failure(let error) = result { error } else { nil }
        }
    }

    /// The handler that puts TLS under a connection to a peer of a group with these settings: the first of its pipeline.
    /// - Parameters:
    ///   - requestHost: the name that the request is for, without a port; sent as SNI and expected in the certificate
    ///     when the group names none. An IP address is not sent: then the certificate must have the address that was
    ///     connected to.
    ///   - verifiesName: false: whoever the certificate is for, if only an authority has signed it.
    /// - Throws: `UnusableCertificate` when the group's authorities can't be read.
    package func handler(
        for settings: UpstreamTLS, requestHost: String?, verifiesName: Bool = true
    ) throws -> NIOSSLClientHandler {
        let trust = Trust(settings, verifiesName: verifiesName)
        let made = contexts.withLock { $0[trust] }
        // A table that was replaced a moment ago may still be asked.
        let context = try (made ?? Self.make(trust)).get()
        let name = (settings.serverName ?? requestHost).flatMap(ServerName.init)
        do {
            return try NIOSSLClientHandler(context: context, serverHostname: name?.text)
        } catch {
            throw UnusableCertificate(
                description: "\(name?.text ?? "no name") can't be the name of a server that is asked by TLS: \(error)")
        }
    }

    /// How many contexts there are.
    package var count: Int { contexts.withLock { $0.count } }

    private static func make(_ trust: Trust) -> Result<NIOSSLContext, UnusableCertificate> {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        configuration.certificateVerification = trust.verification
        if let authorities = trust.authorities {
            guard let certificates = try? NIOSSLCertificate.fromPEMBytes(Array(authorities.utf8)),
                !certificates.isEmpty
            else {
                return .failure(
                    UnusableCertificate(description: "A group's authorities can't be read as PEM certificates."))
            }
            configuration.trustRoots = .certificates(certificates)
        }
        return Result { try NIOSSLContext(configuration: configuration) }
            .mapError { UnusableCertificate(description: "TLS to a group's peers can't be set up: \($0)") }
    }
}
