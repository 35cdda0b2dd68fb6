import Foundation
import Logging
import RoutingModel
import ServiceLifecycle
import Store
import TestKit

@testable import AdminAPI
@testable import ControlPlane

/// The admin server as it is in production, on a port of its own, with a real store.
struct ServerFixture {
    static let secret = "a-secret-that-only-tests-know"
    static let fields = "Host: localhost\r\nAuthorization: Bearer \(secret)\r\n"

    let controlPlane: ControlPlane
    let port: Int

    /// Runs `test` against a new server and ends it in order.
    static func run(
        _ configure: (inout AdminConfiguration) throws -> Void = { _ in },
        _ test: (ServerFixture) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "signalbox-server-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await run(in: folder, configure, test)
    }

    /// The same with the data of `folder`.
    static func run(
        in folder: URL, _ configure: (inout AdminConfiguration) throws -> Void = { _ in },
        _ test: (ServerFixture) async throws -> Void
    ) async throws {
        let store = try SQLiteStore(path: folder.appending(path: "signalbox.sqlite").path)
        let controlPlane = try await ControlPlane(store: store, discovery: nil, logger: .silent)
        let listening = AsyncStream.makeStream(of: Int.self)
        var configuration = AdminConfiguration(host: "127.0.0.1", port: 0, token: AdminToken(secret))
        try configure(&configuration)
        let server = AdminServer(
            configuration: configuration, controlPlane: controlPlane, metrics: PrometheusRegistry(), logger: .silent,
            onListening: { listening.continuation.yield($0) })
        let group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: Logger.silent))
        let running = Task { try await group.run() }
        var port = 0
        for await number in listening.stream {
            port = number
            break
        }
        do {
            try await test(ServerFixture(controlPlane: controlPlane, port: port))
        } catch {
            running.cancel()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await within(.seconds(20), "the server's end") { try await running.value }
        await controlPlane.flushRecords()
        try store.close()
    }

    /// Sends one request on a connection of its own.
    func send(
        _ method: String = "GET", _ path: String, _ body: String? = nil, token: String = secret,
        host: String = "localhost", fields more: String = ""
    ) async throws -> RawResponse {
        var request = "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\nAuthorization: Bearer \(token)\r\n"
        request += "Connection: close\r\n\(more)"
        if let body { request += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        return RawResponse(try await RawHTTP.exchange(port: port, "\(request)\r\n\(body ?? "")"))
    }

    /// Makes a token.
    /// - Returns: its secret.
    func makeToken(_ name: String, _ role: AccessRole, expiresIn: String? = nil) async throws -> String {
        let expiry = expiresIn.map { #","expires_in":"\#($0)""# } ?? ""
        let answer = try await send("POST", "/v1/tokens", #"{"name":"\#(name)","role":"\#(role.rawValue)"\#(expiry)}"#)
        guard answer.status == 201, let secret = answer.json["secret"]?.text else {
            throw TestFailure("no token: \(answer.text)")
        }
        return secret
    }

    func ledger(_ kind: LedgerKind) async throws -> [LedgerEntry] {
        try await controlPlane.ledger(LedgerQuery(kinds: [kind])).records.map(\.entry)
    }
}
