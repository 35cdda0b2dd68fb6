import Foundation
import RoutingModel
import TestKit

/// A service "star" with two healthy instances behind a route, a steady load on it, and a Signalbox that is to bear
/// what the test does to Consul. Nothing that was asked through the proxy may have failed when the story ends.
///
/// ```swift
/// try await withConsulAgent { consul in
///     try await FaultScenario.with(consul) { story in
///         try await consul.kill()
///         try await story.becomesStale(because: "connection refused")
///         …
///         try await story.recovers()
///         try await story.ledgerTells(.stale("connection refused"), .recovered)
///     }
/// }
/// ```
final class FaultScenario {
    let box: SignalboxProcess
    let load: SteadyLoad
    /// Where instances are registered; another server of its cluster may take its place.
    var consul: ConsulAgent
    private let star: StarService
    /// What must be in the ledger about peers, and nothing else: kind and peer.
    private(set) var expected: [String] = []
    /// What is registered, and where: agents may be shared.
    private var registered: [String: ConsulAgent] = [:]

    private init(box: SignalboxProcess, load: SteadyLoad, consul: ConsulAgent, star: StarService) {
        self.box = box
        self.load = load
        self.consul = consul
        self.star = star
    }

    /// Runs `body` with all that, and explains a failure by the ledger and what the process said.
    /// - Parameters:
    ///   - addresses: where Signalbox asks; nil for `consul` itself.
    ///   - others: further services, each with one instance `NAME-1` behind a route of its own.
    ///   - wait: how long a question is held; nil for the default.
    ///   - token: Signalbox's token for Consul.
    static func with(
        _ consul: ConsulAgent, asking addresses: [String]? = nil, others: [String] = [], wait: String? = nil,
        token: String? = nil, _ body: @escaping @Sendable (FaultScenario) async throws -> Void
    ) async throws {
        let addresses = addresses ?? [consul.url]
        let extra = addresses.dropFirst().flatMap { ["--consul", $0] } + (wait.map { ["--consul-wait", $0] } ?? [])
        let names = (1...5).map { "star-\($0)" } + others.map { "\($0)-1" }
        try await StarService.with(names) { star in
            try await SignalboxProcess.with(
                consul: addresses.first, extra: extra,
                environment: token.map { ["SIGNALBOX_CONSUL_TOKEN": $0] } ?? [:]
            ) { box in
                let load = SteadyLoad(port: box.proxyPort, services: ["star"] + others)
                let story = FaultScenario(box: box, load: load, consul: consul, star: star)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await load.run() }
                    defer { group.cancelAll() }
                    do {
                        try await story.begin(others)
                        try await body(story)
                        try story.noRequestFailed()
                    } catch {
                        let explained = TestFailure(await story.explanation(of: error))
                        await story.cleanUp()
                        throw explained
                    }
                    await story.cleanUp()
                }
            }
        }
    }

    private func begin(_ others: [String]) async throws {
        for name in ["star-1", "star-2"] { try await register(name) }
        for service in others { try await register("\(service)-1", of: service) }
        for service in ["star"] + others {
            let group = try await box.api.put("/v1/groups/\(service)", ["consul": ["service": .string(service)]])
            try check(group.status == 201, "the group is made: \(group.text)")
            let route = try await box.api.put(
                "/v1/routes/\(service)",
                [
                    "match": ["hosts": [.string("\(service).test")]],
                    "split": [["group": .string(service), "weight": 100]],
                ])
            try check(route.status == 201, "the route is made: \(route.text)")
        }
        try await box.waitUntilReady()
        // The route may be published a window later than it was acknowledged.
        for service in ["star"] + others {
            try await eventually("\(service) serves") {
                try await ProxyClient.get(port: box.proxyPort, host: "\(service).test").status == 200
            }
        }
        load.resume()
        try await serves(["star-1", "star-2"])
    }

    private func cleanUp() async {
        // Whatever the story has left of it: an agent may be dead, frozen or without a leader.
        for (name, agent) in registered {
            _ = try? await within(.seconds(2), "deregistering") { try await agent.deregister(name) }
        }
    }

    // MARK: What happens in Consul

    /// Registers an instance with a passing check; of the servers there are `star-1` … `star-5`.
    func register(_ name: String, of service: String = "star", tags: [String] = ["v1"]) async throws {
        try await consul.register(service, id: name, port: try star.port(name), tags: tags)
        // What was told by the instance itself is kept by an agent that keeps its data; a first status isn't.
        try await consul.setCheck(name, .passing)
        registered[name] = consul
        expected.append("peer.joined \(consul.node)~\(name)")
    }

    func deregister(_ name: String) async throws {
        try await consul.deregister(name)
        registered[name] = nil
        expected.append("peer.left \(consul.node)~\(name)")
    }

    /// Registers an instance anew with another tag: a change that no request feels.
    func tag(_ name: String, _ tag: String) async throws {
        try await consul.register("star", id: name, port: try star.port(name), tags: ["v1", tag])
        expected.append("peer.tags \(consul.node)~\(name)")
    }

    /// Registers an instance that an agent has lost, and that Signalbox has all the time.
    /// - Parameter tag: what it was tagged with since.
    func registerAgain(_ name: String, tag: String? = nil) async throws {
        try await register(name, tags: ["v1"] + [tag].compactMap { $0 })
        expected.removeLast()
    }

    /// The ledger must tell that an instance has left, for another reason than that it was deregistered.
    func expectLeaving(_ name: String) { expected.append("peer.left \(consul.node)~\(name)") }

    /// The ledger must tell that an instance has joined once more, which never left Consul.
    func expectJoining(_ name: String) { expected.append("peer.joined \(consul.node)~\(name)") }

    // MARK: What requests show

    /// Waits until these instances, and no others, answer.
    func serves(_ names: Set<String>, of service: String = "star", within limit: Duration = .seconds(30)) async throws {
        try await serves([service: names], within: limit)
    }

    /// Waits until of each service these instances, and no others, answer.
    func serves(_ names: [String: Set<String>], within limit: Duration = .seconds(30)) async throws {
        load.forgetAnswers()
        let end = ContinuousClock.now + limit
        while let (service, wanted) = names.first(where: { load.answerers(of: $0.key) != $0.value }) {
            guard ContinuousClock.now < end else {
                let seen = load.answerers(of: service).map { "\($0.sorted())" } ?? "too few to tell"
                throw TestFailure("waited in vain until \(wanted.sorted()) answer for \(service): \(seen)")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Recovery without help: a new instance gets requests, one that leaves gets none.
    /// - Parameter now: who answers at the moment, `old` among them.
    func follows(from now: Set<String>, joining new: String, leaving old: String) async throws {
        try await register(new)
        try await serves(now.union([new]))
        try await deregister(old)
        try await serves(now.union([new]).subtracting([old]))
    }

    func noRequestFailed() throws {
        if let failures = load.failures { throw TestFailure(failures) }
        try check(load.total > 0, "there was a load")
    }

    func check(_ condition: Bool, _ sentence: @autoclosure () -> String) throws {
        guard condition else { throw TestFailure("not so: \(sentence())") }
    }
}
