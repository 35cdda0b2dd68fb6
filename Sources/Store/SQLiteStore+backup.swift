internal import Foundation
internal import GRDB
internal import Synchronization

extension SQLiteStore {
    /// Pages that are copied between two syncs of the copy: 4 MB.
    private static let backupStep: CInt = 1_024

    /// Writes a copy of the database as it is now to `path`: one file of mode 0600, with nothing beside it, synced.
    /// Reads and writes go on meanwhile; what they change is not in the copy.
    ///
    /// The file has its name when it is whole. Until then it is `path` with `.partial` behind it; what an interrupted
    /// backup has left there is overwritten.
    /// - Throws: `StoreError`; `unwritable` when there is something at `path`, or it can't be written, `busy` while
    ///   another backup is being made.
    ///   `CancellationError` when the task is cancelled.
    package func backup(to path: String) async throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw StoreError(.unwritable, "\(path) can't be written: there is a file already.")
        }
        let isFirst = isBackingUp.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        guard isFirst else { throw StoreError(.busy, "A backup of the database is being made already.") }
        defer { isBackingUp.withLock { $0 = false } }
        let partial = path + ".partial"
        DataFile.removeDatabase(partial)
        do {
            try await copy(to: partial)
            try DataFile.sync(partial)
            try DataFile.move(partial, to: path)
            try DataFile.syncFolder(of: path)
        } catch {
            DataFile.removeDatabase(partial)
            throw StoreError.translated(error, path: path)
        }
    }

    private func copy(to path: String) async throws {
        try DataFile.create(path)
        let isCancelled = CancelFlag()
        try await withTaskCancellationHandler {
            try await read { source in
                // The copy is of no use before it is whole, so it needs no journal.
                var configuration = Configuration()
                configuration.label = "backup"
                let copy = try DatabaseQueue(path: path, configuration: configuration)
                // From the first read on the transaction sees one state, so that writes don't make the copy begin anew.
                _ = try Self.lastRevision(source)
                let file = try FileHandle(forUpdating: URL(filePath: path))
                try copy.writeWithoutTransaction { db in
                    try db.execute(
                        sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -2048")
                    try source.backup(to: db, pagesPerStep: Self.backupStep) { _ in
                        // Step by step to the disk: a commit's sync would have to wait for all that is in the way.
                        try file.synchronize()
                        if isCancelled.value.load(ordering: .relaxed) { throw CancellationError() }
                    }
                }
                try copy.close()
                try file.close()
                // The source is in WAL mode, and so is its copy: whoever opened it would leave files beside it.
                let plain = try DatabaseQueue(path: path)
                try plain.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
                try plain.close()
            }
        } onCancel: {
            isCancelled.value.store(true, ordering: .relaxed)
        }
    }

    private final class CancelFlag: Sendable {
        let value = Atomic(false)
    }
}
