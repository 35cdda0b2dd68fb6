import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import RoutingModel
import TestKit
import Testing

@testable import AdminAPI
@testable import ControlPlane

@Suite("The admin API over TLS", .timeLimit(.minutes(2)))
struct AdminTLSTests {
    /// A folder with a CA and certificates for 127.0.0.1 and for a client; and in `other` the same from another CA.
    private static func withCertificates(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "admin-tls-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = """
            set -e
            key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
            for folder in '\(folder.path)' '\(folder.path)/other'; do
                mkdir -p "$folder"; cd "$folder"
                echo 'subjectAltName=IP:127.0.0.1' > names
                openssl req -x509 $key -days 2 -subj /CN=ca -keyout ca-key.pem -out ca.pem
                for name in server client; do
                    openssl req $key -subj /CN=$name -keyout $name-key.pem -out $name.csr
                    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 \
                        -extfile names -out $name.pem
                done
            done
            """
        try await ChildProcess.with("/bin/sh", ["-c", script]) { child in
            let status = try await child.waitForExit()
            if status != 0 { throw TestFailure("no certificates: \(child.output)") }
        }
        try await body(folder)
    }

    private static func tls(_ folder: URL, clientCA: Bool = false) throws -> AdminTLS {
        try AdminTLS(
            certificateFile: "\(folder.path)/server.pem", keyFile: "\(folder.path)/server-key.pem",
            clientCAFile: clientCA ? "\(folder.path)/ca.pem" : nil)
    }

    /// What `GET path` is answered over a new connection; throws when there is no trust.
    private static func get(
        _ server: ServerFixture, _ path: String, trusting ca: URL, client: URL? = nil,
        _ change: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws -> (status: Int, body: String) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile("\(ca.path)/ca.pem"))
        if let client {
            tls.certificateChain = try NIOSSLCertificate.fromPEMFile("\(client.path)/client.pem").map {
                .certificate($0)
            }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: "\(client.path)/client-key.pem", format: .pem))
        }
        change(&tls)
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .seconds(5)
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            var request = HTTPClientRequest(url: "https://127.0.0.1:\(server.port)\(path)")
            request.headers.add(name: "Authorization", value: "Bearer \(ServerFixture.secret)")
            let response = try await http.execute(request, timeout: .seconds(20))
            let body = try await response.body.collect(upTo: 1 << 20)
            try await http.shutdown()
            return (Int(response.status.code), String(buffer: body))
        } catch {
            try await http.shutdown()
            throw error
        }
    }

    @Test("questions of workers, everything else, and held ones are answered over TLS, and nothing in the clear")
    func answers() async throws {
        try await Self.withCertificates { folder in
            let tls = try Self.tls(folder)
            try await ServerFixture.run {
                $0.tls = tls
            } _: { server in
                #expect(try await Self.get(server, "/v1/groups", trusting: folder).body == #"{"items":[]}"#)
                let whole = try await Self.get(server, "/v1/routing?index=0", trusting: folder)
                #expect(whole.body == String(decoding: await server.controlPlane.current.body(), as: UTF8.self))
                let index = await server.controlPlane.current.snapshot.index
                async let held = Self.get(server, "/v1/routing?index=\(index)&wait=60s", trusting: folder)
                try await eventually("it is held") { await server.controlPlane.watchers.count == 1 }
                _ = try await server.controlPlane.execute(
                    .putGroup("g", Data(#"{"peers":[{"address":"10.0.0.1","port":1}]}"#.utf8)), author: "token:test")
                #expect(try await held.status == 200)
                let clear = try await RawHTTP.exchange(
                    port: server.port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(!clear.contains("HTTP/1.1 200"))
                await #expect(throws: (any Error).self) {
                    try await Self.get(server, "/healthz", trusting: folder.appending(path: "other"))
                }
                await #expect(throws: (any Error).self) {
                    try await Self.get(server, "/healthz", trusting: folder) { $0.maximumTLSVersion = .tlsv11 }
                }
                #expect(
                    try await Self.get(server, "/healthz", trusting: folder) { $0.maximumTLSVersion = .tlsv12 }.status
                        == 200)
            }
        }
    }

    @Test("with a client CA nobody is answered without a certificate of it")
    func clientCertificates() async throws {
        try await Self.withCertificates { folder in
            let tls = try Self.tls(folder, clientCA: true)
            try await ServerFixture.run {
                $0.tls = tls
            } _: { server in
                let shown = try await Self.get(server, "/healthz", trusting: folder, client: folder)
                #expect(shown.status == 200)
                await #expect(throws: (any Error).self) {
                    try await Self.get(server, "/healthz", trusting: folder)
                }
                await #expect(throws: (any Error).self) {
                    try await Self.get(server, "/healthz", trusting: folder, client: folder.appending(path: "other"))
                }
            }
        }
    }

    @Test("new files are taken without a restart, and broken ones are not")
    func reload() async throws {
        try await Self.withCertificates { folder in
            let other = folder.appending(path: "other")
            let tls = try Self.tls(folder)
            func replace(_ name: String, with content: Data?) throws {
                try (content ?? Data(contentsOf: other.appending(path: name))).write(to: folder.appending(path: name))
            }
            // The CA stays what the clients trust.
            let first = folder.appending(path: "first")
            try FileManager.default.createDirectory(at: first, withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: folder.appending(path: "ca.pem"), to: first.appending(path: "ca.pem"))
            try await ServerFixture.run {
                $0.tls = tls
            } _: { server in
                #expect(try await Self.get(server, "/healthz", trusting: first).status == 200)
                // A key without its certificate, then no certificate at all.
                try replace("server-key.pem", with: nil)
                tls.reload(logger: .silent)
                try replace("server.pem", with: Data("nonsense".utf8))
                tls.reload(logger: .silent)
                #expect(try await Self.get(server, "/healthz", trusting: first).status == 200)
                try replace("server.pem", with: nil)
                try await eventually("the new one is shown") {
                    (try? await Self.get(server, "/healthz", trusting: other))?.status == 200
                }
                await #expect(throws: (any Error).self) {
                    try await Self.get(server, "/healthz", trusting: first)
                }
            }
        }
    }

    @Test("who doesn't finish the handshake is cut off")
    func handshake() async throws {
        try await Self.withCertificates { folder in
            let tls = try Self.tls(folder)
            try await ServerFixture.run {
                $0.tls = tls
                $0.limits.handshakeTime = .milliseconds(300)
            } _: { server in
                let answer = try await RawHTTP.exchange(port: server.port, "\u{16}")
                #expect(answer.isEmpty)
            }
        }
    }

    @Test("files that can't be used are named at the start")
    func files() async throws {
        try await Self.withCertificates { folder in
            func reason(_ certificate: String, _ key: String, _ ca: String? = nil) -> String {
                let error = #expect(throws: AdminTLS.Unusable.self) {
                    try AdminTLS(
                        certificateFile: "\(folder.path)/\(certificate)", keyFile: "\(folder.path)/\(key)",
                        clientCAFile: ca.map { "\(folder.path)/\($0)" })
                }
                return error?.description ?? ""
            }
            #expect(reason("none.pem", "server-key.pem").contains("none.pem can't be read"))
            #expect(reason("server.pem", "server.pem").contains("as a PEM key"))
            #expect(reason("server.pem", "client-key.pem").contains("don't belong together"))
            #expect(reason("server.pem", "server-key.pem", "server-key.pem").contains("client CA"))
        }
    }
}
