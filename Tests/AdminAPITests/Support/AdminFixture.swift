import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import RoutingModel
import Store
import TestKit

@testable import AdminAPI
@testable import ControlPlane

/// The admin API over a control plane of one test's own, with a real store.
struct AdminFixture: Sendable {
    static let secret = "a-secret-that-only-tests-know"

    let controlPlane: ControlPlane
    let discovery: FakeDiscovery
    let client: any TestClientProtocol

    /// Runs `test` against a new, empty Signalbox: `.router` without sockets, `.live` with.
    static func run(
        _ setup: TestingSetup = .router,
        logger: Logger = .silent,
        _ test: @Sendable (AdminFixture) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "signalbox-admin-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SQLiteStore(path: folder.appending(path: "signalbox.sqlite").path)
        let discovery = FakeDiscovery()
        let controlPlane = try await ControlPlane(store: store, discovery: discovery, logger: logger)
        let router = AdminServer.router(
            controlPlane: controlPlane,
            token: AdminToken(secret),
            metrics: PrometheusRegistry(),
            beforeScrape: {}
        )
        let application = Application(router: router, logger: logger)
        try await application.test(setup) { client in
            try await test(AdminFixture(controlPlane: controlPlane, discovery: discovery, client: client))
            await controlPlane.releaseWatchers()
        }
        await controlPlane.flushRecords()
        try store.close()
    }

    // MARK: Requests

    /// Sends a request with the right token unless `token` says otherwise.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String? = nil,
        type: String? = "application/json",
        token: String? = "Bearer \(secret)",
        headers extra: HTTPFields = [:]
    ) async throws -> Answer {
        try await send(method, path, bytes: body.map { Array($0.utf8) }, type: type, token: token, headers: extra)
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        bytes: [UInt8]?,
        type: String? = "application/json",
        token: String? = "Bearer \(secret)",
        headers extra: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = extra
        if bytes != nil { headers[.contentType] = type }
        headers[.authorization] = token
        let response = try await client.executeRequest(
            uri: path,
            method: method,
            headers: headers,
            body: bytes.map { ByteBuffer(bytes: $0) }
        )
        return Answer(response)
    }

    func get(_ path: String, headers: HTTPFields = [:]) async throws -> Answer {
        try await send(.get, path, headers: headers)
    }

    func put(_ path: String, _ body: String) async throws -> Answer { try await send(.put, path, body) }

    func post(_ path: String, _ body: String) async throws -> Answer { try await send(.post, path, body) }

    func delete(_ path: String) async throws -> Answer { try await send(.delete, path) }
}
