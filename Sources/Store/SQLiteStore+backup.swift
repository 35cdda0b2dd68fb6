internal import Foundation
internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// Copies the database, as it is at one moment, into a new file (mode 0600) without a log beside it. It is one long
    /// read: writers don't wait for it (https://www.sqlite.org/lang_vacuum.html#vacuuminto).
    /// - Throws: `StoreError` (`unwritable` when there is a file at `path` already).
    package func backup(to path: String) async throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(.unwritable, "\(path) can't be created: \(String(cString: strerror(errno))).")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let source = self.path
        let copying = Task {
            // A connection of its own: the pool's readers refuse statements that write, even into another file.
            let connection = try DatabaseQueue(path: source)
            defer { try? connection.close() }
            try await connection.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA cache_size = -16384; VACUUM INTO ?", arguments: [path])
            }
            // On the disk before anybody relies on it.
            try file.synchronize()
        }
        do { try await copying.value } catch {
            unlink(path)
            throw StoreError.translated(error, path: path)
        }
    }
}
