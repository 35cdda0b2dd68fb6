/// Three Consul servers that keep their data and elect a leader among themselves.
package final class ConsulCluster: Sendable {
    package let agents: [ConsulAgent]

    fileprivate init() throws {
        let ports = try (0..<3).map { _ in try FreePort.take() }
        agents = try ports.enumerated().map { number, port in
            try ConsulAgent(
                ConsulSetup(
                    node: "server-\(number + 1)", keepsData: true, servers: ports.count, serfPort: port,
                    joins: ports.filter { $0 != port }))
        }
    }

    /// Starts the servers that don't run, thaws the others, and waits until all have a leader.
    package func start() async throws {
        for agent in agents {
            if agent.isRunning { agent.thaw() } else { try agent.launch() }
        }
        try await waitForLeader()
    }

    private func waitForLeader() async throws {
        for agent in agents { try await agent.waitForLeader() }
    }

    /// The server that leads, in the words of `witness`.
    /// - Throws: `TestFailure` when there is none within the usual time.
    package func leader(asking witness: ConsulAgent) async throws -> ConsulAgent {
        try await eventually("the cluster has a leader") {
            guard let answer = try? await witness.get("/v1/status/leader") else { return nil }
            return agents.first { answer.contains(":\($0.serverPort)\"") }
        }
    }

    /// The servers without `agent`.
    package func others(than agent: ConsulAgent) -> [ConsulAgent] { agents.filter { $0 !== agent } }

    fileprivate func stop() async {
        for agent in agents { await agent.stop() }
    }
}

/// Runs `body` with a fresh cluster, which is ended afterwards, also after an error.
package func withConsulCluster<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: (ConsulCluster) async throws -> Value
) async throws -> Value {
    let cluster = try ConsulCluster()
    do {
        try await cluster.start()
        let value = try await body(cluster)
        await cluster.stop()
        return value
    } catch {
        await cluster.stop()
        throw error
    }
}
