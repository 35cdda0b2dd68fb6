internal import Foundation
internal import NIOCore
internal import NIOFoundationCompat

/// The questions that a Consul agent is asked.
struct ConsulClient: Sendable {
    private struct Ignored: Decodable { init(from decoder: any Decoder) {} }

    let transport: any ConsulTransport
    let configuration: ConsulConfiguration

    /// All instances of a service.
    /// - Throws: `ConsulFailure`, or `CancellationError` when the task was cancelled; so do the others.
    func ask(_ question: HealthQuestion, of agent: Int) async throws -> HealthAnswer {
        let response = try await transport.get(
            question.target, from: agent, within: question.limit(grace: configuration.grace))
        return try HealthAnswer(to: question.service, response)
    }

    /// What an error, thrown by a question to `agent`, means for the operator.
    func failure(_ error: any Error, of agent: Int) -> ConsulFailure {
        ConsulFailure(error, address: configuration.addresses[agent])
    }

    /// The service's index, as it counts.
    func index(_ probe: HealthQuestion, of agent: Int) async throws -> UInt64 {
        let response = try await transport.get(probe.target, from: agent, within: configuration.grace)
        return max(1, response.index ?? 1)
    }

    /// Whether the agent, which is there, knows of a leader.
    func knowsLeader(_ agent: Int) async throws -> Bool {
        let response = try await transport.get(
            "/v1/status/leader", from: agent, within: configuration.heartbeatTimeout)
        let text = String(buffer: response.body).trimmingCharacters(in: .whitespacesAndNewlines)
        return text != "\"\"" && !text.isEmpty
    }

    /// The names of all services in a datacenter (empty: the agent's own), as its leader knows them.
    func names(in datacenter: String, of agent: Int) async throws -> Set<String> {
        var target = "/v1/catalog/services?consistent"
        if !datacenter.isEmpty { target += "&dc=\(HealthQuestion.encoded(datacenter))" }
        let response = try await transport.get(target, from: agent, within: configuration.grace)
        if response.isFiltered {
            throw ConsulFailure(kind: .unbelievable, reason: "Consul's access rules hide services from the catalogue")
        }
        do {
            return Set(try JSONDecoder().decode([String: Ignored].self, from: response.body).keys)
        } catch {
            throw ConsulFailure(kind: .unbelievable, reason: "Consul's answer is not a catalogue of services")
        }
    }
}
