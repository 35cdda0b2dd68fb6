import Consul
import Foundation
import RoutingModel
import TestKit
import Testing

/// A real agent that asks for client certificates, and files that can't be used.
@Suite(.timeLimit(.minutes(2))) struct ConsulTLSTests {
    /// A folder with a CA, a server's and a client's certificate, made by Consul itself.
    private static func withCertificates<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "consul-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = """
            cd '\(folder.path)' && consul tls ca create && consul tls cert create -server && consul tls cert create -client \
            && mkdir other && cd other && consul tls ca create && consul tls cert create -client
            """
        try await ChildProcess.with("/bin/sh", ["-c", script]) { child in
            let status = try await child.waitForExit()
            if status != 0 { throw TestFailure("no certificates: \(child.output)") }
        }
        return try await body(folder)
    }

    private static func hcl(_ folder: URL) -> String {
        // An address that its certificate doesn't have: only names count.
        """
        addresses { https = "127.0.0.2" }
        verify_incoming_https = true
        ca_file = "\(folder.path)/consul-agent-ca.pem"
        cert_file = "\(folder.path)/dc1-server-consul-0.pem"
        key_file = "\(folder.path)/dc1-server-consul-0-key.pem"
        """
    }

    private static func tls(
        _ folder: URL, ca: String = "consul-agent-ca.pem", client: String? = "dc1-client-consul-0", name: String? = nil
    ) throws -> ConsulTLS {
        try ConsulTLS(
            caFile: "\(folder.path)/\(ca)", certificateFile: client.map { "\(folder.path)/\($0).pem" },
            keyFile: client.map { "\(folder.path)/\($0)-key.pem" }, serverName: name)
    }

    private static func configuration(_ address: String, _ tls: ConsulTLS?) throws -> ConsulConfiguration {
        try ConsulConfiguration(
            addresses: [address], tls: tls, backoff: .milliseconds(50) ... .milliseconds(100))
    }

    @Test("An agent is watched over TLS, by its address or by the name in its certificate; who isn't trusted, isn't")
    func real() async throws {
        try await Self.withCertificates { folder in
            try await withConsulAgent(hcl: Self.hcl(folder)) { agent in
                try await agent.register("star", id: "star-1", port: 9001)
                let address = "https://127.0.0.2:\(agent.httpsPort)"
                let name = "server.dc1.consul"
                let configuration = try Self.configuration(address, Self.tls(folder, name: name))
                try await withDiscovery(configuration, watching: "star") { _, log in
                    try await log.instances(of: "star", "is known") { !$0.isEmpty }
                    try await agent.register("star", id: "star-2", port: 9002)
                    try await log.instances(of: "star", "has another instance") { $0.count == 2 }
                    #expect(log.failures.isEmpty, "\(log.failures)")
                }
                let strangers: [(ConsulTLS?, String)] = try [
                    (nil, "certificate verify failed"), (Self.tls(folder), "certificate"),
                    (Self.tls(folder, name: "else.dc1.consul"), "certificate"),
                    (Self.tls(folder, ca: "other/consul-agent-ca.pem", name: name), "certificate verify failed"),
                    (Self.tls(folder, client: nil, name: name), "alert"),
                    (Self.tls(folder, client: "other/dc1-client-consul-0", name: name), "alert"),
                ]
                for (tls, part) in strangers {
                    try await withDiscovery(Self.configuration(address, tls), watching: "star") { _, log in
                        try await eventually("a failure is told") { !log.failures.isEmpty }
                        #expect(
                            log.failures.allSatisfy {
                                $0.hasPrefix("Consul at \(address) can't be reached over TLS: ")
                                    && $0.lowercased().contains(part)
                            }, "\(log.failures)")
                        #expect(log.all.count == log.failures.count)
                    }
                }
            }
        }
    }

    @Test("Files that can't be used are named at the start")
    func files() async throws {
        try await Self.withCertificates { folder in
            func reason(_ make: () throws -> ConsulTLS) -> String {
                #expect(throws: ConsulConfigurationError.self) { try make() }?.description ?? ""
            }
            let path = folder.path
            let key = "\(path)/dc1-client-consul-0-key.pem"
            let certificate = "\(path)/dc1-client-consul-0.pem"
            #expect(reason { try ConsulTLS(caFile: "\(path)/none") }.contains("\(path)/none can't be read"))
            #expect(reason { try ConsulTLS(caFile: key) }.contains(key))
            #expect(reason { try ConsulTLS(certificateFile: certificate) }.contains("together"))
            #expect(reason { try ConsulTLS(keyFile: key) }.contains("together"))
            #expect(
                reason { try ConsulTLS(certificateFile: certificate, keyFile: certificate) }.contains("as a PEM key"))
            #expect(
                reason {
                    try ConsulTLS(certificateFile: certificate, keyFile: "\(path)/other/dc1-client-consul-0-key.pem")
                }.contains("don't belong together"))
            #expect(reason { try ConsulTLS(serverName: "a b") }.contains("not a host name"))
            #expect(throws: ConsulConfigurationError.self) {
                try Self.configuration("http://127.0.0.1:1", Self.tls(folder))
            }
        }
    }
}
