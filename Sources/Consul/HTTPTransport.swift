internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// Asks Consul agents over HTTP.
struct HTTPTransport: ConsulTransport {
    private static let longestError = 4096

    private let http: HTTPClient
    private let configuration: ConsulConfiguration

    init(_ configuration: ConsulConfiguration) {
        self.configuration = configuration
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.timeout.connect = .init(configuration.connectTimeout)
        settings.httpVersion = .http1Only
        // Each question that Consul holds occupies a connection. The default of 8 would let the ninth watch time out
        // in the pool's queue, which looks like an outage.
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 512
        // A refused connection is told at once; the pauses are the watch's own.
        settings.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    func shutdown() async throws { try await http.shutdown() }

    func get(_ target: String, from agent: Int, within limit: Duration) async throws -> ConsulResponse {
        let address = configuration.addresses[agent]
        let (status, response): (HTTPResponseStatus, ConsulResponse)
        do {
            // AsyncHTTPClient's own deadline ends at the head; Consul may also fall silent in the middle of the body.
            (status, response) = try await withDeadline(
                limit, orThrow: ConsulFailure.tooLate(limit, address: address)
            ) { try await send(target, to: address) }
            // A cancelled body ends early rather than with an error.
            try Task.checkCancellation()
        } catch {
            try Task.checkCancellation()
            throw ConsulFailure(error, address: address)
        }
        guard status == .ok else {
            throw ConsulFailure.refused(
                status: Int(status.code), body: String(buffer: response.body), secret: configuration.token)
        }
        return response
    }

    private func send(_ target: String, to address: String) async throws -> (HTTPResponseStatus, ConsulResponse) {
        var request = HTTPClientRequest(url: address + target)
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: "signalbox")
        if let token = configuration.token { request.headers.add(name: "x-consul-token", value: token) }
        let response = try await http.execute(request, deadline: .distantFuture)
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
