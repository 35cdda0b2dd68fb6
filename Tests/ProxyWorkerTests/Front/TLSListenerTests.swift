import Logging
import NIOCore
import TestKit
import Testing

@testable import ProxyWorker

@Suite("TLS to clients", .timeLimit(.minutes(2)))
struct TLSListenerTests {
    /// The subject of the certificate that a client is shown who asks for `name`.
    private func subject(_ server: FrontFixture, _ name: String?) async throws -> String {
        let sni = name.map { ["-servername", $0] } ?? ["-noservername"]
        let output = try await Command.run(
            "openssl", ["s_client", "-connect", "127.0.0.1:\(server.tlsPort)"] + sni, expecting: [0, 1])
        return output.split(separator: "\n").first { $0.hasPrefix("subject=") }
            .map { $0.split(separator: "CN = ").last.map(String.init) ?? "" } ?? output
    }

    private func curl(
        _ server: FrontFixture, _ folder: CertificateFolder, _ arguments: [String], path: String = "/",
        name: String = "star.test", expecting statuses: Set<Int32> = [0]
    ) async throws -> String {
        try await Command.curl(
            arguments + [
                "--cacert", folder.path("ca.pem"), "--resolve", "\(name):\(server.tlsPort):127.0.0.1",
                "https://\(name):\(server.tlsPort)\(path)",
            ], expecting: statuses)
    }

    @Test("client and server agree on HTTP/2 or HTTP/1.1, and the handler knows which")
    func negotiation() async throws {
        try await CertificateFolder.with { folder in
            let files = try await folder.make("star", ["DNS:star.test"])
            try await FrontFixture.with([files]) { server in
                let version = ["-w", " %{http_version}"]
                #expect(try await curl(server, folder, ["--http2"] + version) == "hello 2")
                #expect(try await curl(server, folder, ["--http1.1"] + version) == "hello 1.1")
                #expect(try await curl(server, folder, ["--no-alpn"] + version) == "hello 1.1")
                #expect(
                    server.log.counts.fronts.sorted() == ["https HTTP/1.1", "https HTTP/1.1", "https HTTP/2.0"])
                try await eventually("all channels have ended") { server.log.counts.ended == 3 }
            }
        }
    }

    @Test("bodies of some megabytes come through both ways", arguments: ["--http2", "--http1.1"])
    func bodies(version: String) async throws {
        try await CertificateFolder.with { folder in
            let files = try await folder.make("star", ["DNS:star.test"])
            try await Command.run(
                "/bin/sh", ["-c", "head -c 5000000 /dev/urandom > '\(folder.path("body"))'"])
            try await FrontFixture.with([files]) { server in
                _ = try await curl(
                    server, folder,
                    [version, "-H", "Expect:", "--data-binary", "@\(folder.path("body"))", "-o", folder.path("back")],
                    path: "/echo")
                try await Command.run("cmp", [folder.path("body"), folder.path("back")])
                let size = try await curl(
                    server, folder, [version, "-o", "/dev/null", "-w", "%{size_download}"], path: "/bytes/20000000")
                #expect(size == "20000000")
            }
        }
    }

    @Test("the certificate is chosen by the name: exact, then wildcard, else the first")
    func names() async throws {
        try await CertificateFolder.with { folder in
            let files = [
                try await folder.make("first", ["DNS:first.test"]),
                try await folder.make("wild", ["DNS:*.star.test", "DNS:wild.test"]),
                try await folder.make("exact", ["DNS:a.star.test"]),
                try await folder.make("old", [], commonName: "old.test"),
            ]
            try await FrontFixture.with(files) { server in
                let expected: [(String, String)] = [
                    ("first.test", "first"), ("a.star.test", "exact"), ("A.STAR.test", "exact"),
                    ("b.star.test", "wild"), ("wild.test", "wild"), ("old.test", "old.test"),
                    ("a.b.star.test", "first"), ("star.test", "first"), ("other.test", "first"),
                ]
                for (name, certificate) in expected {
                    let shown = try await subject(server, name)
                    #expect(shown == certificate, "\(name)")
                }
                #expect(try await self.subject(server, nil) == "first")
                // Both protocols work with a certificate that was chosen.
                #expect(try await curl(server, folder, ["--http2"], name: "b.star.test") == "hello")
            }
        }
    }

    @Test("new files are taken for new connections, and files that can't be used are not")
    func reload() async throws {
        try await CertificateFolder.with { folder in
            let files = [
                try await folder.make("star", ["DNS:star.test"]), try await folder.make("moon", ["DNS:moon.test"]),
            ]
            try await FrontFixture.with(files) { server in
                let certificates = try #require(server.certificates)
                #expect(try await subject(server, "star.test") == "star")
                let before = ObjectIdentifier(certificates.context)
                certificates.reload(logger: .silent)
                #expect(ObjectIdentifier(certificates.context) == before)

                try await folder.make("star", ["DNS:star.test"], commonName: "renewed")
                certificates.reload(logger: .silent)
                #expect(try await subject(server, "star.test") == "renewed")
                #expect(try await subject(server, "moon.test") == "moon")

                // A key of another certificate; and beside it, a certificate that is fine.
                try await Command.run("cp", [folder.path("ca-key.pem"), folder.path("star-key.pem")])
                try await folder.make("moon", ["DNS:moon.test"], commonName: "full moon")
                certificates.reload(logger: .silent)
                #expect(try await subject(server, "star.test") == "renewed")
                #expect(try await subject(server, "moon.test") == "full moon")
            }
        }
    }

    @Test("files are looked at again and again")
    func watch() async throws {
        try await CertificateFolder.with { folder in
            let certificates = try ServerCertificates([try await folder.make("star", ["DNS:star.test"])])
            let before = ObjectIdentifier(certificates.context)
            let watching = Task { try await certificates.watch(every: .milliseconds(10), logger: .silent) }
            try await folder.make("star", ["DNS:star.test"])
            try await eventually("the new one is in force") { ObjectIdentifier(certificates.context) != before }
            watching.cancel()
            await #expect(throws: CancellationError.self) { try await watching.value }
        }
    }

    @Test("what can't be used is refused at the start, and named")
    func unusable() async throws {
        try await CertificateFolder.with { folder in
            let star = try await folder.make("star", ["DNS:star.test"])
            let moon = try await folder.make("moon", ["DNS:moon.test"])
            for (files, word) in [
                (CertificateFiles(certificate: "/none.pem", key: star.key), "/none.pem"),
                (CertificateFiles(certificate: star.certificate, key: "/none-key.pem"), "/none-key.pem"),
                (CertificateFiles(certificate: star.certificate, key: moon.key), "don't belong together"),
                (CertificateFiles(certificate: star.key, key: star.key), "can't be read"),
            ] {
                let error = #expect(throws: UnusableCertificate.self) { try ServerCertificates([moon, files]) }
                #expect(error?.description.contains(word) == true)
            }
        }
    }

    @Test("clients without TLS 1.2, without TLS, or without a word are turned away")
    func refusals() async throws {
        try await CertificateFolder.with { folder in
            let files = try await folder.make("star", ["DNS:star.test"])
            try await FrontFixture.with([files], handshakeTimeout: .seconds(3)) { server in
                _ = try await curl(
                    server, folder, ["--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"], expecting: [35])
                #expect(try await curl(server, folder, ["--tls-max", "1.2"]) == "hello")

                let plain = try await RawConnection.connect(to: ("127.0.0.1", server.tlsPort))
                // It may be turned away before all of it is written.
                try? await plain.write("GET / HTTP/1.1\r\nHost: star.test\r\n\r\n")
                try await plain.waitForEnd()

                let silent = try await RawConnection.connect(to: ("127.0.0.1", server.tlsPort))
                try await silent.waitForEnd()
                try await eventually("none is left") { try await server.run { $0.handshaking } == 0 }
                #expect(server.log.counts.heads.count == 1)
            }
        }
    }

    @Test("many requests at once over one connection, and over many", arguments: [(1, 100), (50, 1), (10, 20)])
    func load(connections: Int, streams: Int) async throws {
        try await CertificateFolder.with { folder in
            let files = try await folder.make("star", ["DNS:star.test"])
            try await FrontFixture.with([files]) { server in
                let output = try await Command.run(
                    "h2load",
                    [
                        "-n", "3000", "-c", String(connections), "-m", String(streams),
                        "https://127.0.0.1:\(server.tlsPort)/bytes/1000",
                    ])
                #expect(output.contains("3000 succeeded, 0 failed, 0 errored, 0 timeout"), "\(output)")
                try await eventually("nothing is left") {
                    let counts = server.log.counts
                    return try await server.run { $0.connections } == 0 && counts.ended == 3000
                }
            }
        }
    }
}
