import Logging
import NIOCore
import NIOHTTP1
import RoutingModel
import Synchronization
import TestKit
import Testing

@testable import Consul

/// Nothing that hangs may go unseen, and nothing ends the watch.
@Suite(.timeLimit(.minutes(2))) struct DiscoverySupervisionTests {
    private final class Flag: Sendable {
        private let value = Mutex(false)
        var isSet: Bool { value.withLock { $0 } }
        func set() { value.withLock { $0 = true } }
    }

    /// Answers the first questions about a service; then a held one never returns, not even when it is cancelled.
    private final class HangingTransport: ConsulTransport {
        private let healthy: Int
        private let asked = Mutex(0)

        init(healthy: Int) { self.healthy = healthy }

        func get(_ target: String, from agent: Int, within limit: Duration) async throws -> ConsulResponse {
            guard target.contains("/health/") else {
                return ConsulResponse(headers: [:], body: ByteBuffer(string: "\"127.0.0.1:8300\""))
            }
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            // Every second one after the healthy ones hangs for ever.
            if number > healthy, !number.isMultiple(of: 2) {
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            }
            return ConsulResponse(
                headers: ["X-Consul-Index": "\(number)", "X-Consul-KnownLeader": "true"],
                body: ByteBuffer(
                    string: #"[{"Node": {"Node": "n"}, "Service": {"ID": "a", "Address": "10.0.0.1", "Port": 80}}]"#))
        }

        func shutdown() async throws {}
    }

    @Test("A question that never returns is given up after three full waits, counted, and asked anew")
    func hanging() async throws {
        let configuration = try ConsulConfiguration(
            address: "http://127.0.0.1:1", wait: .milliseconds(16), grace: .milliseconds(50),
            backoff: .milliseconds(10) ... .milliseconds(20))
        let discovery = ConsulDiscovery(configuration: configuration, logger: .silent) { _ in
            HangingTransport(healthy: 2)
        }
        discovery.watch([ServiceKey(name: "star")])
        let run = Task { try await discovery.run() }
        var seen: [ServiceObservation] = []
        for await observation in discovery.observations {
            seen.append(observation)
            if observation.restarts >= 3, case .answer = observation.outcome { break }
            if seen.count > 100 { break }
        }
        let last = try #require(seen.last)
        #expect(last.restarts >= 3)
        let failures = seen.compactMap { if case .failure(let reason) = $0.outcome { reason } else { nil } }
        #expect(
            failures.allSatisfy { $0.hasPrefix("The watch was begun anew: nothing has come from it for 0.") },
            "\(failures)")
        run.cancel()
        try await within(.seconds(10), "the end") { try await run.value }
    }

    private static func configuration(_ urls: String...) throws -> ConsulConfiguration {
        var configuration = try ConsulConfiguration(
            addresses: urls, connectTimeout: .seconds(1), backoff: .milliseconds(50) ... .milliseconds(200))
        configuration.heartbeat = .milliseconds(200)
        configuration.heartbeatTimeout = .milliseconds(400)
        return configuration
    }

    @Test("Each failure says when the next question comes")
    func nextAttempt() async throws {
        try await withTestHTTPServer { request in
            request.isHeartbeat ? ScriptedConsul.leader : ScriptedConsul.error()
        } _: { server in
            try await withDiscovery(Self.configuration(server.url), watching: "star") { _, log in
                try await eventually("failures are told") { log.all.count >= 3 }
                for observation in log.all {
                    let next = try #require(observation.nextAttemptAt)
                    #expect((25...200).contains(next.milliseconds - observation.at.milliseconds))
                }
            }
        }
    }

    @Test("A frozen agent is noticed by its heartbeat while questions are held, and asked anew when it answers again")
    func frozen() async throws {
        try await withConsulAgent { agent in
            try await agent.register("star", id: "star-1", port: 9001)
            try await withDiscovery(Self.configuration(agent.url), watching: "star", "moon") { _, log in
                try await log.instances(of: "star", "is known") { $0.count == 1 }
                try await log.instances(of: "moon", "is known") { $0.isEmpty }
                let before = log.all.count
                agent.freeze()
                try await eventually("both have failed") { Set(log.all.dropFirst(before).map(\.key.name)).count == 2 }
                let told = log.all.dropFirst(before)
                #expect(
                    log.failures.allSatisfy {
                        $0.hasPrefix("Consul at \(agent.url) has not answered for ") || $0.contains("did not answer")
                    }, "\(log.failures)")
                #expect(told.allSatisfy { $0.nextAttemptAt != nil })
                agent.thaw()
                try await eventually("both are answered again") {
                    Set(log.all.suffix(2).compactMap { if case .answer = $0.outcome { $0.key.name } else { nil } })
                        .count == 2
                }
                try await agent.register("star", id: "star-2", port: 9002)
                try await log.instances(of: "star", "has another instance") { $0.count == 2 }
            }
        }
    }

    @Test("The next agent is asked when one dies or freezes; all watches go with it, and it is kept")
    func failOver() async throws {
        try await withConsulAgent { first in
            try await withConsulAgent { second in
                try await first.register("star", id: "on-first", port: 9001)
                try await second.register("star", id: "on-second", port: 9001)
                // So that its index is lower.
                for number in 0..<20 { try await first.put("/v1/kv/\(number)", json: "x") }
                let configuration = try Self.configuration(first.url, second.url)
                try await withDiscovery(configuration, watching: "star", "moon") { discovery, log in
                    try await log.instances(of: "star", "is the first agent's") { $0.map(\.serviceID) == ["on-first"] }
                    first.freeze()
                    try await log.instances(of: "star", "is the second's") { $0.map(\.serviceID) == ["on-second"] }
                    first.thaw()
                    try await second.register("star", id: "more", port: 9002)
                    try await log.instances(of: "star", "is still the second's") {
                        $0.map(\.serviceID) == ["more", "on-second"]
                    }
                    let confirmed = await discovery.confirm(ServiceKey(name: "star")).observation
                    guard case .answer(_, let instances, _) = confirmed.outcome else {
                        throw TestFailure("\(confirmed)")
                    }
                    #expect(instances.count == 2)
                    try await second.kill()
                    try await log.instances(of: "star", "is the first's again") { $0.map(\.serviceID) == ["on-first"] }
                    try await first.kill()
                    try await eventually("nobody answers") {
                        log.failures.last?.hasPrefix("None of 2 Consul agents") == true
                    }
                    try await second.start()
                    try await second.register("star", id: "anew", port: 9003)
                    try await log.instances(of: "star", "is the second's, come back") {
                        $0.map(\.serviceID) == ["anew"]
                    }
                }
            }
        }
    }

    @Test("An agent that answers 5xx over and over is left for the next one")
    func refusing() async throws {
        try await withTestHTTPServer { request in
            request.isHeartbeat ? ScriptedConsul.leader : ScriptedConsul.error("no path")
        } _: { broken in
            let consul = ScriptedConsul([ScriptedConsul.list(index: 3, "a")])
            try await withTestHTTPServer(consul.answer) { sound in
                let configuration = try Self.configuration(broken.url, sound.url)
                try await withDiscovery(configuration, watching: "star") { _, log in
                    try await log.instances(of: "star", "is known") { $0.count == 1 }
                    #expect(log.failures.count == AgentMonitor.refusalLimit)
                    #expect(sound.questions == ["/v1/health/service/star?stale"] || sound.questions.count == 2)
                }
            }
        }
    }

    @Test("That there is no leader is told of every service when it lasts, and the agent is asked on")
    func leaderless() async throws {
        let hasLeader = Flag()
        try await withTestHTTPServer { request in
            if request.isHeartbeat {
                return hasLeader.isSet ? ScriptedConsul.leader : TestHTTPServer.Answer(body: "\"\"")
            }
            if request.head.uri.contains("index=") { await neverEnding() }
            return ScriptedConsul.list(index: 3, leader: false, "a")
        } _: { server in
            try await withDiscovery(Self.configuration(server.url), watching: "star") { _, log in
                try await log.instances(of: "star", "is known") { $0.count == 1 }
                try await eventually("it is told") { !log.failures.isEmpty }
                try await eventually("there were more heartbeats") { server.requests.count { $0.isHeartbeat } >= 5 }
                #expect(log.failures == ["Consul has no leader: what it says may be old"])
                hasLeader.set()
                try await eventually("it is asked about anew, and believed") { log.all.count >= 3 }
            }
        }
    }

    @Test("Without services no heartbeats")
    func idle() async throws {
        try await withTestHTTPServer(ScriptedConsul([]).answer) { idle in
            try await withTestHTTPServer(ScriptedConsul([]).answer) { busy in
                try await withDiscovery(Self.configuration(idle.url)) { _, _ in
                    try await withDiscovery(Self.configuration(busy.url), watching: "star") { _, _ in
                        try await eventually("some heartbeats came") {
                            busy.requests.count { $0.isHeartbeat } >= 3
                        }
                    }
                    #expect(idle.requests.isEmpty)
                }
            }
        }
    }
}
