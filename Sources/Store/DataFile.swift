internal import Foundation

/// The database file in the file system.
enum DataFile {
    /// Makes sure that there is a file at `path` for SQLite to open. A folder that is made gets mode 0700, a file 0600:
    /// the ledger and the rules are nobody else's business. What exists keeps its mode.
    ///
    /// SQLite gives the `-wal` and `-shm` files beside it the same mode.
    /// - Throws: `StoreError` (`unwritable`).
    static func prepare(at path: String) throws {
        try makeFolder((path as NSString).deletingLastPathComponent)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unwritable(path) }
        _ = close(descriptor)
    }

    private static func makeFolder(_ path: String) throws {
        guard !path.isEmpty, !FileManager.default.fileExists(atPath: path) else { return }
        try makeFolder((path as NSString).deletingLastPathComponent)
        // Two processes may come here at once: that the other was faster is no error.
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw unwritable(path) }
    }

    private static func unwritable(_ path: String) -> StoreError {
        StoreError(.unwritable, "\(path) can't be opened or created: \(String(cString: strerror(errno))).")
    }
}
