import AsyncHTTPClient
import Testing

@testable import AdminClient

/// Runs `body` with a connection whose token is `secret`.
func withConnection<Value: Sendable>(
    to url: String, timeout: Duration = .seconds(20), _ body: (AdminConnection) async throws -> Value
) async throws -> Value {
    let client = try AdminConnection.client(caFile: nil)
    let server = try #require(ServerAddress(url))
    let token = TokenSearch.Found(token: "secret", place: "--token")
    let result: Result<Value, any Error>
    do {
        result = .success(
            try await body(AdminConnection(server: server, token: token, timeout: timeout, client: client)))
    } catch {
        result = .failure(error)
    }
    try await client.shutdown()
    return try result.get()
}

/// What `body` fails with.
func failure(_ body: () async throws -> Void) async -> ClientFailure? {
    do { try await body() } catch { return error as? ClientFailure }
    return nil
}
