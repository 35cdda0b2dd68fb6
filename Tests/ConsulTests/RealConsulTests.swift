import Consul
import RoutingModel
import TestKit
import Testing

/// The watch against a real agent. One agent for all the everyday changes, each on a service of its own.
@Suite(.timeLimit(.minutes(3))) struct RealConsulTests {
    private static func configuration(
        _ agent: ConsulAgent, wait: Duration = .seconds(55), grace: Duration = .seconds(10)
    ) throws -> ConsulConfiguration {
        try ConsulConfiguration(
            address: agent.url, wait: wait, grace: grace, backoff: .milliseconds(50) ... .milliseconds(200))
    }

    @Test("What happens to instances is observed")
    func everyday() async throws {
        try await withConsulAgent { agent in
            let configuration = try Self.configuration(agent)
            try await withDiscovery(configuration, watching: "star", "odd", "nobody") { discovery, log in
                try await comesAndGoes(agent, log)
                try await healthFollowsChecks(agent, log)
                try await maintenance(agent, log)
                try await detailsChange(agent, log)
                try await oddInstances(agent, log)
                try await confirmation(agent, discovery)
                #expect(log.failures.isEmpty, "\(log.failures)")
            }
        }
    }

    @Test("More services than Consul's connections: all are known, and others can still reach the agent")
    func crowd() async throws {
        try await withConsulAgent { agent in
            let names = (0..<260).map { "crowd-\($0)" }
            for name in names { try await agent.register(name, id: name, port: 9001, status: nil) }
            let configuration = try Self.configuration(agent)
            let discovery = ConsulDiscovery(configuration: configuration, logger: .silent)
            discovery.watch(Set(names.map { ServiceKey(name: $0) }))
            let run = Task { try await discovery.run() }
            var known: Set<ServiceKey> = []
            var isRegistered = false
            for await observation in discovery.observations {
                guard case .answer(_, let instances, _) = observation.outcome else {
                    Issue.record("\(observation)")
                    break
                }
                if instances.count == 1 { known.insert(observation.key) }
                if known.count == names.count, !isRegistered {
                    isRegistered = true
                    try await agent.register("crowd-7", id: "another", port: 9002, status: nil)
                }
                if observation.key.name == "crowd-7", instances.count == 2 { break }
            }
            #expect(known.count == names.count)
            #expect(isRegistered)
            run.cancel()
            try await run.value
        }
    }

    private func comesAndGoes(_ agent: ConsulAgent, _ log: ObservationLog) async throws {
        try await log.instances(of: "star", "is known to have no instance") { $0.isEmpty }
        try await agent.register("star", id: "star-1", port: 9001, tags: ["v1"], meta: ["version": "1"])
        try await agent.register("star", id: "star-2", port: 9002, tags: ["v2"])
        let instances = try await log.instances(of: "star", "has two passing instances") {
            $0.count == 2 && $0.allSatisfy { $0.health == .passing }
        }
        #expect(
            instances.first
                == Instance(
                    node: agent.node, serviceID: "star-1", service: "star", address: "127.0.0.1", port: 9001,
                    tags: ["v1"], meta: ["version": "1"]))
        try await agent.deregister("star-2")
        try await log.instances(of: "star", "has lost an instance") { $0.map(\.serviceID) == ["star-1"] }
        try await agent.deregister("star-1")
        try await log.instances(of: "star", "has no instance") { $0.isEmpty }
    }

    private func healthFollowsChecks(_ agent: ConsulAgent, _ log: ObservationLog) async throws {
        try await agent.register("star", id: "star-1", port: 9001)
        for (status, health) in [(.critical, .critical), (.warning, .warning), (.passing, .passing)]
            as [(ConsulAgent.Status, Health)]
        {
            try await agent.setCheck("star-1", status)
            try await log.instances(of: "star", "is \(health)") { $0.map(\.health) == [health] }
        }
    }

    private func maintenance(_ agent: ConsulAgent, _ log: ObservationLog) async throws {
        try await agent.setMaintenance("star-1", true)
        try await log.instances(of: "star", "is in maintenance") { $0.map(\.health) == [.maintenance] }
        try await agent.setMaintenance("star-1", false)
        try await log.instances(of: "star", "is back") { $0.map(\.health) == [.passing] }
        try await agent.setNodeMaintenance(true)
        try await log.instances(of: "star", "is in maintenance with its node") { $0.map(\.health) == [.maintenance] }
        try await agent.setNodeMaintenance(false)
        try await log.instances(of: "star", "is back with its node") { $0.map(\.health) == [.passing] }
    }

    private func detailsChange(_ agent: ConsulAgent, _ log: ObservationLog) async throws {
        try await agent.register(
            "star", id: "star-1", port: 9001, tags: ["canary", "a"], weights: (passing: 10, warning: 0))
        try await log.instances(of: "star", "has new tags and weights") {
            $0.first?.tags == ["a", "canary"] && $0.first?.weights == InstanceWeights(passing: 10, warning: 0)
        }
        try await agent.register("star", id: "star-1", address: "127.0.0.2", port: 9101)
        try await log.instances(of: "star", "has moved") { $0.first?.address == "127.0.0.2" && $0.first?.port == 9101 }
    }

    private func oddInstances(_ agent: ConsulAgent, _ log: ObservationLog) async throws {
        try await agent.register("odd", id: "odd-1", port: 0, status: nil)
        try await agent.register("odd", id: "odd-2", address: "", port: 9201, status: nil)
        let instances = try await log.instances(of: "odd", "has the instance with a port") { $0.count == 1 }
        #expect(
            instances == [
                Instance(node: agent.node, serviceID: "odd-2", service: "odd", address: "127.0.0.1", port: 9201)
            ])
        guard case .answer(_, _, let skipped) = log.outcomes(of: "odd").last else { return }
        #expect(
            skipped == [
                SkippedInstance(id: PeerID(node: agent.node, serviceID: "odd-1"), reason: "It has no port.")
            ])
    }

    private func confirmation(_ agent: ConsulAgent, _ discovery: ConsulDiscovery) async throws {
        let confirmed = await discovery.confirm(ServiceKey(name: "star")).observation
        guard case .answer(let index, let instances, _) = confirmed.outcome else {
            throw TestFailure("the leader did not confirm")
        }
        #expect(index > 1)
        #expect(instances.count == 1)
        let nowhere = await discovery.confirm(ServiceKey(name: "star", datacenter: "nowhere")).observation
        #expect(nowhere.outcome == .failure(reason: "Consul answered 500: No path to datacenter"))
    }

    @Test("An agent that was killed and comes back with other data and a lower index is followed by itself")
    func restart() async throws {
        try await withConsulAgent { agent in
            let configuration = try Self.configuration(agent)
            try await withDiscovery(configuration, watching: "star", "moon") { _, log in
                // Many writes, so that the index is well above that of a fresh agent.
                for number in 0..<20 { try await agent.put("/v1/kv/\(number)", json: "x") }
                try await agent.register("star", id: "star-1", port: 9001)
                try await agent.register("moon", id: "moon-1", port: 9002)
                try await log.instances(of: "star", "has an instance") { $0.map(\.serviceID) == ["star-1"] }
                let before = try #require(log.indexes(of: "star").last)

                try await agent.kill()
                try await eventually("the failure is reported") { log.failures.count >= 4 }
                #expect(log.failures.allSatisfy { $0.contains(agent.url) }, "\(log.failures)")

                try await agent.start()
                try await agent.register("star", id: "star-2", port: 9003)
                try await log.instances(of: "star", "has the new instance") { $0.map(\.serviceID) == ["star-2"] }
                #expect(try #require(log.indexes(of: "star").last) < before)

                // The watch goes on blocking from the new index.
                try await agent.register("star", id: "star-3", port: 9004)
                try await log.instances(of: "star", "has another instance") { $0.count == 2 }
            }
            try await freeze(agent)
        }
    }

    /// An agent that hangs keeps its connections open: only the deadline tells.
    private func freeze(_ agent: ConsulAgent) async throws {
        let configuration = try Self.configuration(agent, wait: .milliseconds(100), grace: .milliseconds(500))
        try await withDiscovery(configuration, watching: "star") { _, log in
            try await log.instances(of: "star", "is known") { $0.count == 2 }
            agent.freeze()
            try await eventually("the failure is reported") { log.failures.last?.contains("did not answer") == true }
            agent.thaw()
            try await log.instances(of: "star", "is known again") { $0.count == 2 }
        }
    }
}

extension ObservationLog {
    fileprivate func indexes(of name: String) -> [UInt64] {
        outcomes(of: name).compactMap { if case .answer(let index, _, _) = $0 { index } else { nil } }
    }
}
