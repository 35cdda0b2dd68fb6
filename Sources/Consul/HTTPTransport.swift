internal import AsyncHTTPClient
internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// Asks Consul agents over HTTP.
struct HTTPTransport: ConsulTransport {
    private static let longestError = 4096

    private struct Agent: Sendable {
        /// As it was configured, for people.
        let address: String
        /// What requests go to.
        let base: String
        let http: HTTPClient
    }

    private let agents: [Agent]
    private let configuration: ConsulConfiguration
    private let logger: Logger
    private let onNewToken: @Sendable () -> Void

    /// - Parameter onNewToken: is called when another token is sent from now on, which may see other services.
    init(_ configuration: ConsulConfiguration, logger: Logger, onNewToken: @escaping @Sendable () -> Void) {
        self.configuration = configuration
        self.logger = logger
        self.onNewToken = onNewToken
        agents = configuration.addresses.map { Self.agent($0, configuration) }
    }

    private static func agent(_ address: String, _ configuration: ConsulConfiguration) -> Agent {
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.timeout.connect = .init(configuration.connectTimeout)
        settings.httpVersion = .http1Only
        // Each question that Consul holds occupies a connection. The default of 8 would let the ninth watch time out
        // in the pool's queue, which looks like an outage.
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 512
        // A refused connection is told at once; the pauses are the watch's own.
        settings.connectionPool.retryConnectionEstablishment = false
        settings.tlsConfiguration = configuration.tls?.configuration
        var base = address
        if let name = configuration.tls?.serverName, var parts = URLComponents(string: address), let host = parts.host {
            // The certificate is checked against the URL's host, and the connection goes to the other one.
            settings.dnsOverride = [name: host.trimmingCharacters(in: ["[", "]"])]
            parts.host = name
            base = parts.string ?? address
        }
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        return Agent(address: address, base: base, http: http)
    }

    func shutdown() async throws {
        for agent in agents { try await agent.http.shutdown() }
    }

    func get(_ target: String, from agent: Int, within limit: Duration) async throws -> ConsulResponse {
        let token = configuration.token
        if token.refresh(logger: logger) { onNewToken() }
        do {
            return try await get(target, agents[agent], token.current, limit)
        } catch let failure as ConsulFailure where failure.kind == .refused(status: 403) {
            // The token may just have been replaced.
            guard token.refresh(atOnce: true, logger: logger) else { throw failure }
            onNewToken()
            return try await get(target, agents[agent], token.current, limit)
        }
    }

    private func get(_ target: String, _ agent: Agent, _ token: String?, _ limit: Duration) async throws
        -> ConsulResponse
    {
        let (status, response): (HTTPResponseStatus, ConsulResponse)
        do {
            // AsyncHTTPClient's own deadline ends at the head; Consul may also fall silent in the middle of the body.
            (status, response) = try await withDeadline(
                limit, orThrow: ConsulFailure.tooLate(limit, address: agent.address)
            ) { try await send(target, agent, token) }
            // A cancelled body ends early rather than with an error.
            try Task.checkCancellation()
        } catch {
            try Task.checkCancellation()
            throw ConsulFailure(error, address: agent.address)
        }
        let coding = response.headers.first(name: "content-encoding")?.lowercased() ?? "identity"
        guard status == .ok else {
            var failure = ConsulFailure.refused(
                status: Int(status.code), body: coding == "identity" ? String(buffer: response.body) : "",
                secret: token)
            if status == .tooManyRequests || status == .serviceUnavailable {
                failure.retryAfter = response.headers.first(name: "retry-after")
                    .flatMap { RetryAfter.duration($0, now: Date()) }
            }
            throw failure
        }
        guard coding == "identity" else {
            throw ConsulFailure(
                kind: .unbelievable, reason: "Consul's answer is encoded (\(coding.prefix(20))), unasked")
        }
        return response
    }

    private func send(_ target: String, _ agent: Agent, _ token: String?) async throws
        -> (HTTPResponseStatus, ConsulResponse)
    {
        var request = HTTPClientRequest(url: agent.base + target)
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "accept-encoding", value: "identity")
        request.headers.add(name: "user-agent", value: "signalbox")
        if let token { request.headers.add(name: "x-consul-token", value: token) }
        let response = try await agent.http.execute(request, deadline: .distantFuture)
        let body: ByteBuffer
        if response.status == .ok {
            do {
                body = try await response.body.collect(upTo: configuration.largestAnswer)
            } catch is NIOTooManyBytesError {
                throw ConsulFailure.tooLarge(configuration.largestAnswer)
            }
        } else {
            body = try await Self.beginning(of: response.body)
        }
        return (response.status, ConsulResponse(headers: response.headers, body: body))
    }

    /// Enough of an error's text for a sentence. The rest isn't read; that closes the connection.
    private static func beginning(of body: HTTPClientResponse.Body) async throws -> ByteBuffer {
        var text = ByteBuffer()
        for try await var part in body {
            text.writeBuffer(&part)
            if text.readableBytes >= longestError { break }
        }
        return text
    }
}
