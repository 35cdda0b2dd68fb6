import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import TestKit

/// Requests through a proxy.
enum ProxyClient {
    struct Answer: Sendable {
        let status: Int
        let text: String
    }

    static func get(
        port: Int, host: String = "star.test", path: String = "/", user: String? = nil,
        timeout: TimeAmount = .seconds(20)
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.headers.add(name: "host", value: host)
        if let user { request.headers.add(name: "x-user", value: user) }
        let response = try await HTTPClient.shared.execute(request, timeout: timeout)
        return Answer(
            status: Int(response.status.code), text: String(buffer: try await response.body.collect(upTo: 1 << 20)))
    }
}
