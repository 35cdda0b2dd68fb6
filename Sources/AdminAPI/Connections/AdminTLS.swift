internal import Foundation
package import Logging
internal import NIOSSL
internal import Synchronization

/// The certificate of the admin listener, read anew when its files change.
package final class AdminTLS: Sendable {
    /// Files that can't be used; says which, and why.
    package struct Unusable: Error, CustomStringConvertible {
        package let description: String
    }

    private struct State {
        var context: NIOSSLContext
        /// What the files held when they were looked at last, usable or not.
        var seen: [Data?]
    }

    private let certificateFile: String
    private let keyFile: String
    private let clientCAFile: String?
    private let state: Mutex<State>

    /// - Parameters:
    ///   - certificateFile: the server's certificate and those between it and the CA (PEM).
    ///   - keyFile: its key (PEM), without a passphrase.
    ///   - clientCAFile: certificates (PEM) one of which every client's must be signed by; nil: clients need none.
    /// - Throws: `Unusable`.
    package init(certificateFile: String, keyFile: String, clientCAFile: String? = nil) throws {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.clientCAFile = clientCAFile
        let files = [certificateFile, keyFile] + (clientCAFile.map { [$0] } ?? [])
        let seen = files.map(Self.content)
        state = Mutex(
            State(context: try Self.context(certificateFile, keyFile, clientCAFile, seen), seen: seen))
    }

    /// For the next connection.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// Takes what the files hold now, if that has changed and can be used; else what was before goes on.
    package func reload(logger: Logger) {
        let files = [certificateFile, keyFile] + (clientCAFile.map { [$0] } ?? [])
        let now = files.map(Self.content)
        guard state.withLock({ $0.seen != now }) else { return }
        do {
            let context = try Self.context(certificateFile, keyFile, clientCAFile, now)
            state.withLock { $0 = State(context: context, seen: now) }
            logger.notice("The admin API has another certificate", metadata: ["file": "\(certificateFile)"])
        } catch {
            // Two files are not replaced at once: this may be half of it.
            state.withLock { $0.seen = now }
            logger.error(
                "The admin API keeps its certificate: the new files can't be used", metadata: ["error": "\(error)"])
        }
    }

    private static func content(_ file: String) -> Data? { FileManager.default.contents(atPath: file) }

    private static func context(
        _ certificateFile: String, _ keyFile: String, _ clientCAFile: String?, _ contents: [Data?]
    ) throws -> NIOSSLContext {
        let chain = try certificates(contents[0], certificateFile, "certificate")
        guard let keyBytes = contents[1], let key = try? NIOSSLPrivateKey(bytes: Array(keyBytes), format: .pem) else {
            throw Unusable(description: "The admin API's key \(keyFile) can't be read as a PEM key.")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let clientCAFile {
            configuration.trustRoots = .certificates(try certificates(contents[2], clientCAFile, "client CA"))
            // Clients have no host names.
            configuration.certificateVerification = .noHostnameVerification
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Unusable(
                description: "The admin API's certificate \(certificateFile) and key \(keyFile) don't belong together.")
        }
    }

    private static func certificates(_ content: Data?, _ file: String, _ what: String) throws -> [NIOSSLCertificate] {
        let read = content.flatMap { try? NIOSSLCertificate.fromPEMBytes(Array($0)) }
        guard let certificates = read, !certificates.isEmpty else {
            throw Unusable(description: "The admin API's \(what) \(file) can't be read as PEM certificates.")
        }
        return certificates
    }
}
