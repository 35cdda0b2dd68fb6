import TestKit

/// Instances of the service "star", each a server that answers with its own name; registered in Consul by the test.
struct StarService: Sendable {
    let servers: [String: TestHTTPServer]

    func port(_ name: String) throws -> Int {
        guard let server = servers[name] else { throw TestFailure("there is no server \(name)") }
        return server.port
    }

    /// Runs `body` with a server for each name.
    static func with(_ names: [String], _ body: @escaping @Sendable (StarService) async throws -> Void) async throws {
        try await start(names[...], [:], body)
    }

    private static func start(
        _ names: ArraySlice<String>, _ servers: [String: TestHTTPServer],
        _ body: @escaping @Sendable (StarService) async throws -> Void
    ) async throws {
        guard let name = names.first else { return try await body(StarService(servers: servers)) }
        try await withTestHTTPServer { _ in
            .init(body: name)
        } _: { server in
            try await start(names.dropFirst(), servers.merging([name: server]) { _, new in new }, body)
        }
    }
}
