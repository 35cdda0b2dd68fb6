import Foundation

@testable import Store

/// A folder of one test's own, for databases; removed with everything in it by `remove()`.
struct StoreFolder {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appending(path: "signalbox-store-\(UUID().uuidString)").path
    }

    /// Where the database is. Neither it nor the folder exists before a store is opened.
    var database: String { path + "/data/signalbox.sqlite" }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// Runs `test` with a fresh folder.
    static func with(_ test: (StoreFolder) async throws -> Void) async throws {
        let folder = StoreFolder()
        defer { folder.remove() }
        try await test(folder)
    }

    /// Runs `test` with a new, empty store.
    static func withStore(_ test: (SQLiteStore) async throws -> Void) async throws {
        try await with { folder in
            let store = try SQLiteStore(path: folder.database)
            try await test(store)
            try store.close()
        }
    }
}
