internal import Foundation
package import Logging
internal import NIOCore
package import NIOSSL
internal import Synchronization

/// The certificates that a worker shows to its clients, read anew when their files change. Shared by all event loops.
package final class ServerCertificates: Sendable {
    private struct State {
        var context: NIOSSLContext
        var loaded: [LoadedCertificate]
        /// What the files held when they were looked at last, usable or not.
        var seen: [[Data?]]
    }

    private let files: [CertificateFiles]
    private let state: Mutex<State>

    /// Reads the files. They are read where this is called: not on an event loop.
    /// - Parameter files: at least one pair.
    /// - Throws: `UnusableCertificate`.
    package init(_ files: [CertificateFiles]) throws {
        self.files = files
        let seen = files.map(Self.content)
        let loaded = try zip(files, seen).map(Self.load)
        state = Mutex(State(context: try Self.context(loaded), loaded: loaded, seen: seen))
    }

    /// For the next connection.
    package var context: NIOSSLContext { state.withLock { $0.context } }

    /// Takes what the files hold now, where that has changed and can be used; else what was before goes on. Connections
    /// that have been made keep what they have.
    package func reload(logger: Logger) {
        let now = files.map(Self.content)
        var (loaded, seen) = state.withLock { ($0.loaded, $0.seen) }
        guard seen != now else { return }
        var changed: [String] = []
        for number in files.indices where seen[number] != now[number] {
            do {
                loaded[number] = try Self.load(files[number], now[number])
                changed.append(files[number].certificate)
            } catch {
                // Two files are not replaced at once: this may be half of it.
                logger.error(
                    "The proxy keeps its certificate: the new files can't be used", metadata: ["error": "\(error)"])
            }
        }
        seen = now
        guard !changed.isEmpty else { return state.withLock { $0.seen = seen } }
        do {
            let context = try Self.context(loaded)
            state.withLock { $0 = State(context: context, loaded: loaded, seen: seen) }
            logger.notice("The proxy has other certificates", metadata: ["files": "\(changed)"])
        } catch {
            state.withLock { $0.seen = seen }
            logger.error("The proxy keeps its certificates", metadata: ["error": "\(error)"])
        }
    }

    /// Looks at the files again and again.
    /// - Throws: `CancellationError`, when the task is cancelled.
    package func watch(every interval: Duration, logger: Logger) async throws {
        while true {
            try await Task.sleep(for: interval)
            reload(logger: logger)
        }
    }

    private static func content(_ files: CertificateFiles) -> [Data?] {
        [files.certificate, files.key].map { FileManager.default.contents(atPath: $0) }
    }

    private static func load(_ files: CertificateFiles, _ content: [Data?]) throws -> LoadedCertificate {
        try LoadedCertificate(files, certificate: content[0].map(Array.init), key: content[1].map(Array.init))
    }

    private static func context(_ loaded: [LoadedCertificate]) throws -> NIOSSLContext {
        guard let first = loaded.first else {
            throw UnusableCertificate(description: "A TLS listener needs a certificate.")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: first.chain, privateKey: first.key)
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        if loaded.count > 1 {
            let names = CertificateNames(loaded.map(\.names))
            // With one certificate there is nothing to choose, and handshakes need not wait for the answer.
            configuration.sslContextCallback = { hello, answer in
                let chosen = names.certificate(for: hello.serverHostname)
                var override = NIOSSLContextConfigurationOverride.noChanges
                if chosen > 0 {
                    override.certificateChain = loaded[chosen].chain
                    override.privateKey = loaded[chosen].key
                }
                answer.succeed(override)
            }
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw UnusableCertificate(description: "The proxy's certificates can't be used: \(error)")
        }
    }
}
