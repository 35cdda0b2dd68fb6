import Foundation
import Logging
import Store
import TestKit

@testable import ControlPlane

/// A folder with one database, over which control planes come and go.
struct DataFolder: Sendable {
    private let path: String

    /// Runs `test` with a fresh folder, and removes it.
    static func with(_ test: (DataFolder) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "signalbox-control-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await test(DataFolder(path: folder.path))
    }

    /// Opens the database. Opened a second time without `close`, it is as after a crash.
    func open() throws -> SQLiteStore { try SQLiteStore(path: path + "/signalbox.sqlite") }

    /// A control plane over the database. `.eager` publishes each change by itself.
    func start(
        store: (any ControlPlaneStore)? = nil,
        discovery: FakeDiscovery = FakeDiscovery(),
        configuration: ControlPlaneConfiguration = .eager
    ) async throws -> ControlPlane {
        try await ControlPlane(
            store: try store ?? open(),
            discovery: discovery,
            configuration: configuration,
            logger: .silent
        )
    }
}

extension ControlPlaneConfiguration {
    /// Every change is published by itself, as soon as no transaction is under way, however long that takes.
    static let eager = ControlPlaneConfiguration(
        coalescing: .zero,
        coalescingLimit: .zero,
        commitGrace: .seconds(60),
        catalogRefresh: .seconds(3_600)
    )
}
