import NIOHTTP1
import RoutingModel
import Synchronization
import TestKit
import Testing

@testable import Consul

/// More services than Consul's connections, and more instances than usual.
@Suite(.timeLimit(.minutes(3))) struct ManyServicesTests {
    @Test("Five thousand instances of one service are watched")
    func instances() async throws {
        try await withConsulAgent { agent in
            try await agent.put(
                "/v1/catalog/register", json: #"{"Node": "far", "Address": "10.9.0.1"}"#)
            let count = 5_000
            for start in stride(from: 0, to: count, by: 50) {
                let operations = (start..<start + 50).map { number in
                    #"""
                    {"Service": {"Verb": "set", "Node": "far", "Service": {"ID": "star-\#(number)", "Service": "star", \#
                    "Address": "10.8.\#(number / 250).\#(number % 250)", "Port": 80, "Tags": ["v1"]}}}
                    """#
                }
                try await agent.put("/v1/txn", json: "[\(operations.joined(separator: ","))]")
            }
            let configuration = try ConsulConfiguration(address: agent.url)
            try await withDiscovery(configuration, watching: "star") { _, log in
                try await log.instances(of: "star", "has all") { $0.count == count }
                try await agent.put(
                    "/v1/catalog/register",
                    json: """
                        {"Node": "far", "Address": "10.9.0.1", "SkipNodeUpdate": true, \
                        "Service": {"ID": "star-7", "Service": "star", "Address": "10.7.0.1", "Port": 81}}
                        """)
                try await log.instances(of: "star", "has one that moved") { instances in
                    instances.count == count && instances.contains { $0.address == "10.7.0.1" && $0.port == 81 }
                }
                #expect(log.failures.isEmpty)
            }
        }
    }

    @Test("Services of the rounds are followed too: changes, ends and beginnings; those that changed wake at once")
    func rounds() async throws {
        try await withConsulAgent { agent in
            var configuration = try ConsulConfiguration(address: agent.url)
            configuration.watches = 5
            configuration.shortestRound = .milliseconds(500)
            let names = (0..<40).map { "s\($0)" }
            for name in names { try await agent.register(name, id: name, port: 9001) }
            try await withDiscovery(configuration) { discovery, log in
                discovery.watch(Set(names.map { ServiceKey(name: $0) }))
                try await eventually("all are known") { Set(log.all.map(\.key)).count == names.count }
                #expect(discovery.stalenessBound >= .milliseconds(500))
                for name in names.prefix(10) {
                    try await agent.setCheck(name, .critical)
                    try await log.instances(of: name, "is critical") { $0.map(\.health) == [.critical] }
                }
                try await agent.register("s9", id: "more", port: 9002)
                try await log.instances(of: "s9", "has another instance") { $0.count == 2 }
                try await agent.deregister("s20")
                try await log.instances(of: "s20", "has none") { $0.isEmpty }
                try await agent.register("s20", id: "s20", port: 9003)
                try await log.instances(of: "s20", "is back") { $0.map(\.port) == [9003] }
                // With fewer services each has its own question again.
                discovery.watch(Set(names.prefix(5).map { ServiceKey(name: $0) }))
                try await eventually("nothing is behind") { discovery.stalenessBound == .zero }
                #expect(log.failures.isEmpty, "\(log.failures)")
            }
        }
    }

    @Test("A probe brings nothing but the index, which is the service's own")
    func probe() async throws {
        try await withConsulAgent { agent in
            try await agent.register("star", id: "star-1", port: 9001)
            try await agent.register("moon", id: "moon-1", port: 9001)
            let configuration = try ConsulConfiguration(address: agent.url)
            let transport = HTTPTransport(configuration, logger: .silent) {}
            let client = ConsulClient(transport: transport, configuration: configuration)
            let star = ServiceKey(name: "star")
            let probe = HealthQuestion(service: star, mode: .probe)
            let whole = HealthQuestion(service: star, mode: .watch(index: nil, wait: .seconds(1)))
            func indexes() async throws -> [UInt64?] {
                [try await client.index(probe, of: 0), try await client.ask(whole, of: 0).index]
            }
            let before = try await indexes()
            #expect(before[0] == before[1])
            try await agent.setCheck("moon-1", .critical)
            #expect(try await indexes() == before)
            try await agent.setCheck("star-1", .critical)
            let after = try await indexes()
            #expect(after[0] == after[1] && after != before)
            #expect(try await agent.get(probe.target).hasPrefix("[]"))
            try await transport.shutdown()
        }
    }

    @Test("Questions that hang keep neither new services nor held ones waiting")
    func hanging() async throws {
        let held = Mutex(0)
        try await withTestHTTPServer { request in
            if request.isHeartbeat { return ScriptedConsul.leader }
            if request.head.uri.contains("/hung") { await neverEnding() }
            if request.head.uri.contains("index=7") {
                held.withLock { $0 += 1 }
                try? await Task.sleep(for: .milliseconds(20))
                return ScriptedConsul.list(index: 8, "a", "b")
            }
            if request.head.uri.contains("index=") { await neverEnding() }
            return ScriptedConsul.list(index: 7, "a")
        } _: { server in
            let configuration = try ConsulConfiguration(
                address: server.url, grace: .milliseconds(500), backoff: .milliseconds(50) ... .milliseconds(200))
            try await withDiscovery(configuration) { discovery, log in
                let hung = (0..<200).map { ServiceKey(name: "hung\($0)") }
                discovery.watch(Set(hung))
                try await eventually("all ways are taken") { server.questions.count >= 14 }
                for number in 0..<5 {
                    let name = "new\(number)"
                    discovery.watch(Set(hung + (0...number).map { ServiceKey(name: "new\($0)") }))
                    try await log.instances(of: name, "is known, and held") { $0.count == 2 }
                    // It has passed those that hang, and were there first.
                    #expect(number > 0 || log.failed.count < 200)
                }
                try await eventually("all that hang have failed") {
                    log.failed.count == 200
                }
            }
        }
    }
}

extension ObservationLog {
    /// The services of which a question has failed.
    fileprivate var failed: Set<ServiceKey> {
        Set(all.filter { if case .failure = $0.outcome { true } else { false } }.map(\.key))
    }
}
