import NIOCore
import NIOPosix
import RoutingModel
import TestKit
import Testing

@testable import ProxyWorker

@Suite("Peers with TLS are checked over TLS", .timeLimit(.minutes(2)))
struct HealthCheckerTLSTests {
    private let one = PeerID("n~1")

    private func check(_ http: ActiveHealth.HTTPCheck? = nil) -> ActiveHealth {
        ActiveHealth(
            http: http, interval: RuleDuration(milliseconds: 20), timeout: RuleDuration(milliseconds: 2_000),
            healthyAfter: 1, unhealthyAfter: 1)
    }

    /// What the first check of `star`'s one peer finds.
    private func verdict(_ port: Int, _ tls: UpstreamTLS, _ check: ActiveHealth) async throws -> PeerVerdict {
        let group = SnapshotGroup(
            policy: .roundRobin, peers: SnapshotGroup.health([port]).peers,
            settings: GroupSettings(tls: tls, health: HealthPolicy(active: check)))
        let contexts = UpstreamTLSContexts()
        contexts.keep([tls], nameless: [tls])
        var found: PeerVerdict?
        try await HealthChecker.with(contexts: contexts) { board, checker, _ in
            checker.follow(SnapshotUpdate(groups: ["star": group]), board)
            found = try await eventually("a check has ended") { board.verdict(group: "star", peer: one) }
        }
        return try #require(found)
    }

    @Test("without http the handshake is made, and has to come to its end")
    func handshake() async throws {
        try await CertificateFolder.with { folder in
            try await FrontFixture.with([try await folder.make("star", ["DNS:star.test"])]) { server in
                let ours = UpstreamTLS(authorities: try folder.authorities())
                #expect(try await verdict(server.tlsPort, ours, check()).health == .healthy)
                let named = UpstreamTLS(serverName: "star.test", authorities: try folder.authorities())
                #expect(try await verdict(server.tlsPort, named, check()).health == .healthy)
                #expect(try await verdict(server.tlsPort, UpstreamTLS(verify: false), check()).health == .healthy)

                // The port accepts, but doesn't speak TLS; the authority is unknown; the name is another's.
                #expect(try await verdict(server.port, ours, check()).health == .unhealthy)
                #expect(try await verdict(server.tlsPort, UpstreamTLS(), check()).health == .unhealthy)
                let misnamed = UpstreamTLS(serverName: "other.test", authorities: try folder.authorities())
                #expect(try await verdict(server.tlsPort, misnamed, check()).health == .unhealthy)
                #expect(server.log.counts.heads.isEmpty)
            }
        }
    }

    @Test("a server that accepts and never answers the handshake isn't well")
    func stalled() async throws {
        let port = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        var quick = check()
        quick.timeout = RuleDuration(milliseconds: 50)
        let number = try #require(port.localAddress?.port)
        #expect(try await verdict(number, UpstreamTLS(), quick).reason.hasSuffix("nothing within 50ms."))
        try await port.close()
    }

    @Test("without a name to compare with, the certificate may be anybody's that the authority knows")
    func nameless() async throws {
        try await CertificateFolder.with { folder in
            try await FrontFixture.with([try await folder.make("star", ["DNS:star.test"])]) { server in
                let get = check(.init(path: "/head"))
                let ours = UpstreamTLS(authorities: try folder.authorities())
                #expect(try await verdict(server.tlsPort, ours, get).health == .healthy)
                #expect(server.log.counts.heads.first?.contains("127.0.0.1:\(server.tlsPort)") == true)
                #expect(try await verdict(server.tlsPort, UpstreamTLS(), get).health == .unhealthy)
            }
        }
    }

    @Test("the name of http.host is asked for and compared with, without its port")
    func hostWithPort() async throws {
        try await CertificateFolder.with { folder in
            let files = [
                try await folder.make("moon", ["DNS:moon.test"]), try await folder.make("shop", ["DNS:shop.test"]),
            ]
            try await FrontFixture.with(files) { server in
                let ours = UpstreamTLS(authorities: try folder.authorities())
                for host in ["shop.test:8443", "shop.test", "moon.test:443"] {
                    let get = check(.init(path: "/head", host: host))
                    #expect(try await verdict(server.tlsPort, ours, get).health == .healthy, "\(host)")
                }
                #expect(server.log.counts.heads.first?.contains("shop.test:8443") == true)
                let other = check(.init(path: "/head", host: "other.test:8443"))
                #expect(try await verdict(server.tlsPort, ours, other).health == .unhealthy)
                // The group's name goes before.
                let named = UpstreamTLS(serverName: "shop.test", authorities: try folder.authorities())
                #expect(try await verdict(server.tlsPort, named, other).health == .healthy)
            }
        }
    }

    @Test("the host of a question is what stands before its port")
    func hosts() {
        for (text, host) in [
            ("shop.test:8443", "shop.test"), ("shop.test", "shop.test"), ("10.0.0.1:80", "10.0.0.1"),
            ("[::1]:80", "[::1]"), ("[::1]", "[::1]"),
        ] {
            let target = CheckTarget.all(
                of: "star", .health([1], HealthPolicy(active: check(.init(path: "/", host: text))))
            ).first
            #expect(target?.host == host)
        }
    }
}
