import Foundation
import NIOSSL
import TestKit

@testable import ProxyWorker

/// Certificates made for a test: an authority, and servers' certificates that it has signed.
struct CertificateFolder {
    let url: URL

    /// A folder with `ca.pem`, for as long as `body` takes.
    static func with<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: (CertificateFolder) async throws -> Value
    ) async throws -> Value {
        let folder = CertificateFolder(
            url: FileManager.default.temporaryDirectory.appending(path: "front-\(UUID().uuidString)"))
        defer { try? FileManager.default.removeItem(at: folder.url) }
        try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
        try await folder.shell(
            "openssl req -x509 $key -days 2 -subj /CN=authority -keyout ca-key.pem -out ca.pem")
        return try await body(folder)
    }

    /// Makes `NAME.pem` and `NAME-key.pem`.
    /// - Parameters:
    ///   - names: of the certificate, as `DNS:star.test` or `IP:127.0.0.1`; none: it has only its common name.
    ///   - commonName: `name` when nil.
    @discardableResult
    func make(_ name: String, _ names: [String], commonName: String? = nil) async throws -> CertificateFiles {
        let extensions =
            names.isEmpty ? "" : "echo 'subjectAltName=\(names.joined(separator: ","))' > names; set -- -extfile names"
        try await shell(
            """
            set --; \(extensions)
            openssl req $key -subj '/O=test/CN=\(commonName ?? name)' -keyout \(name)-key.pem -out \(name).csr
            openssl x509 -req -in \(name).csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 \
                "$@" -out \(name).pem
            """)
        return files(name)
    }

    func files(_ name: String) -> CertificateFiles {
        CertificateFiles(certificate: path("\(name).pem"), key: path("\(name)-key.pem"))
    }

    func path(_ file: String) -> String { url.appending(path: file).path }

    func authorities() throws -> String { try String(contentsOfFile: path("ca.pem"), encoding: .utf8) }

    private func shell(_ commands: String) async throws {
        let key = "key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'"
        try await Command.run("/bin/sh", ["-c", "set -e; cd '\(url.path)'; \(key)\n\(commands)"])
    }
}
