internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// A real Consul agent on free ports of 127.0.0.1: one server, in development mode unless its setup says otherwise.
///
/// ```swift
/// try await withConsulAgent { agent in
///     try await agent.register("star", id: "star-1", port: 9001, tags: ["v1"])
///     …
/// }
/// ```
package final class ConsulAgent: Sendable {
    package enum Status: String, Sendable { case passing, warning, critical }

    /// The name of its node, and so the first part of its instances' peer ids.
    package var node: String { setup.node }
    package let httpPort: Int
    /// `http://127.0.0.1:<port>`
    package let url: String
    /// Where it speaks Raft: how `/v1/status/leader` names it.
    package let serverPort: Int
    private let serfPort: Int
    /// Where it listens for HTTPS, if its configuration has the rest: `ports { https = … }` is added to that.
    package let httpsPort: Int
    private let setup: ConsulSetup
    private let directory: String
    private let process = Mutex<ChildProcess?>(nil)

    init(_ setup: ConsulSetup) throws {
        self.setup = setup
        httpPort = try FreePort.take()
        httpsPort = setup.speaksTLS ? try FreePort.take() : -1
        serverPort = try FreePort.take()
        serfPort = try setup.serfPort ?? FreePort.take()
        url = "http://127.0.0.1:\(httpPort)"
        directory = FileManager.default.temporaryDirectory.appending(path: "signalbox-consul-\(UUID().uuidString)").path
    }

    /// Starts the agent, again on the same ports after `kill`, and waits until it has a leader and knows its own node.
    /// What was registered before is gone unless its data are kept.
    package func start() async throws {
        try launch()
        try await waitForLeader()
    }

    /// Starts the agent and doesn't wait for anything.
    package func launch() throws {
        var arguments = [
            "agent", "-log-level=warn", "-node=\(node)", "-bind=127.0.0.1", "-client=127.0.0.1",
            "-http-port=\(httpPort)", "-server-port=\(serverPort)", "-serf-lan-port=\(serfPort)",
            "-serf-wan-port=-1", "-grpc-port=-1", "-dns-port=-1", "-https-port=\(httpsPort)",
        ]
        if setup.keepsData {
            // The multiplier makes elections as quick as in development mode, about a second.
            arguments += [
                "-server", "-bootstrap-expect=\(setup.servers)", "-data-dir=\(directory)", "-retry-interval=100ms",
                "-hcl=performance { raft_multiplier = 1 }",
            ]
        } else {
            arguments.append("-dev")
        }
        arguments += setup.joins.map { "-retry-join=127.0.0.1:\($0)" }
        if !setup.settings.isEmpty { arguments.append("-hcl=\(setup.settings)") }
        let child = try ChildProcess("consul", arguments)
        process.withLock { $0 = child }
    }

    /// Waits until the agent has a leader and knows its own node.
    package func waitForLeader() async throws {
        guard let child = process.withLock({ $0 }) else { throw TestFailure("the agent was never started") }
        try await eventually("Consul has a leader", within: .seconds(60)) {
            if let status = child.exitStatus {
                throw TestFailure("consul ended with \(status): \(child.output.suffix(2000))")
            }
            guard let answer = try? await get("/v1/catalog/nodes?consistent") else { return false }
            return answer.contains("\"\(node)\"")
        }
    }

    /// Whether its process is there, frozen or not.
    package var isRunning: Bool { process.withLock { $0.map { $0.exitStatus == nil } ?? false } }

    /// All that it has written so far.
    package var output: String { process.withLock { $0 }?.output ?? "" }

    /// Ends the agent as a power cut would (SIGKILL): connections break without a word.
    package func kill() async throws {
        guard let child = process.withLock({ $0 }) else { return }
        child.signal(SIGKILL)
        _ = try await child.waitForExit()
        await child.stop()
    }

    /// Freezes the agent (SIGSTOP): connections stay open and nothing is answered; until `thaw` or the end of the test.
    package func freeze() { process.withLock { $0 }?.signal(SIGSTOP) }

    /// Lets a frozen agent go on.
    package func thaw() { process.withLock { $0 }?.signal(SIGCONT) }

    /// Ends the agent for good; it leaves nothing behind.
    package func stop() async {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        guard let child = process.withLock({ $0 }) else { return }
        child.signal(SIGCONT)
        child.signal(SIGKILL)
        await child.stop()
    }

    /// Registers an instance, or replaces it.
    /// - Parameters:
    ///   - id: unique on this agent.
    ///   - address: empty leaves the node's (127.0.0.1).
    ///   - port: 0 leaves it out.
    ///   - weights: passing and warning; nil leaves Consul's default.
    ///   - status: of a TTL check that never expires in a test's time; nil registers the instance without a check.
    package func register(
        _ service: String, id: String, address: String = "127.0.0.1", port: Int, tags: [String] = [],
        meta: [String: String] = [:], weights: (passing: Int, warning: Int)? = nil, status: Status? = .passing
    ) async throws {
        var body: [String: Any] = ["Name": service, "ID": id, "Tags": tags, "Meta": meta]
        if !address.isEmpty { body["Address"] = address }
        if port != 0 { body["Port"] = port }
        if let weights { body["Weights"] = ["Passing": weights.passing, "Warning": weights.warning] }
        if let status { body["Check"] = ["TTL": "24h", "Status": status.rawValue] }
        try await put(
            "/v1/agent/service/register?replace-existing-checks=true",
            json: String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self))
    }

    package func deregister(_ id: String) async throws { try await put("/v1/agent/service/deregister/\(id)") }

    /// Sets the check of an instance that was registered with a status.
    package func setCheck(_ id: String, _ status: Status) async throws {
        let verb =
            switch status {
            case .passing: "pass"
            case .warning: "warn"
            case .critical: "fail"
            }
        try await put("/v1/agent/check/\(verb)/service:\(id)")
    }

    package func setMaintenance(_ id: String, _ enabled: Bool) async throws {
        try await put("/v1/agent/service/maintenance/\(id)?enable=\(enabled)&reason=test")
    }

    /// Puts the whole node into maintenance, with all its instances.
    package func setNodeMaintenance(_ enabled: Bool) async throws {
        try await put("/v1/agent/maintenance?enable=\(enabled)&reason=test")
    }

    /// Any `PUT`.
    /// - Returns: the body of the answer.
    /// - Throws: `TestFailure` for another status than 200.
    @discardableResult
    package func put(_ path: String, json: String = "") async throws -> String {
        var request = HTTPClientRequest(url: url + path)
        request.method = .PUT
        request.body = .bytes(ByteBuffer(string: json))
        return try await send(request)
    }

    /// Any `GET`; otherwise as `put`.
    package func get(_ path: String) async throws -> String { try await send(HTTPClientRequest(url: url + path)) }

    private func send(_ request: HTTPClientRequest) async throws -> String {
        var request = request
        if let token = setup.token { request.headers.add(name: "x-consul-token", value: token) }
        // Long lists compress so well that the client takes them for an attack.
        request.headers.replaceOrAdd(name: "accept-encoding", value: "identity")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let body = String(buffer: try await response.body.collect(upTo: 16 << 20))
        guard response.status == .ok else {
            throw TestFailure("Consul answered \(response.status.code) to \(request.url): \(body)")
        }
        return body
    }
}

/// Runs `body` with a fresh agent, which is ended afterwards, also after an error. Needs `consul` on the PATH
/// (`scripts/lib/install-consul.sh`).
/// - Parameter hcl: more configuration; with any, the agent also listens for HTTPS.
package func withConsulAgent<Value>(
    _ setup: ConsulSetup = ConsulSetup(), hcl: String = "", isolation: isolated (any Actor)? = #isolation,
    _ body: (ConsulAgent) async throws -> Value
) async throws -> Value {
    var setup = setup
    if !hcl.isEmpty { (setup.settings, setup.speaksTLS) = (hcl, true) }
    let agent = try ConsulAgent(setup)
    do {
        try await agent.start()
        let value = try await body(agent)
        await agent.stop()
        return value
    } catch {
        await agent.stop()
        throw error
    }
}
