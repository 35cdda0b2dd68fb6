internal import Foundation

/// The database file in the file system. Everything throws `StoreError` (`unwritable`).
enum DataFile {
    /// What SQLite has beside a database that is in use: https://www.sqlite.org/tempfiles.html
    static let suffixes = ["", "-wal", "-shm", "-journal"]

    /// Makes sure that there is a file at `path` for SQLite to open. A folder that is made gets mode 0700, a file 0600:
    /// the ledger and the rules are nobody else's business. What exists keeps its mode.
    ///
    /// SQLite gives the `-wal` and `-shm` files beside it the same mode.
    static func prepare(at path: String) throws {
        try makeFolder((path as NSString).deletingLastPathComponent)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unwritable(path) }
        _ = close(descriptor)
    }

    static func makeFolder(_ path: String) throws {
        guard !path.isEmpty, !FileManager.default.fileExists(atPath: path) else { return }
        try makeFolder((path as NSString).deletingLastPathComponent)
        // Two processes may come here at once: that the other was faster is no error.
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw unwritable(path) }
    }

    /// Makes an empty file of mode 0600 where there is none.
    static func create(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unwritable(path) }
        _ = close(descriptor)
    }

    /// Copies a file to where there is none; the copy has mode 0600.
    static func copy(_ source: String, to target: String) throws {
        let from = open(source, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw StoreError(.unwritable, "\(source) can't be read: \(lastError).") }
        let reader = FileHandle(fileDescriptor: from, closeOnDealloc: true)
        try create(target)
        do {
            let writer = try FileHandle(forWritingTo: URL(filePath: target))
            while let part = try reader.read(upToCount: 1 << 20), !part.isEmpty { try writer.write(contentsOf: part) }
            try writer.close()
        } catch {
            throw StoreError(.unwritable, "\(source) can't be copied to \(target): \(error.localizedDescription)")
        }
    }

    /// Gives a file another name; what had that name is replaced.
    static func move(_ path: String, to target: String) throws {
        guard rename(path, target) == 0 else { throw unwritable(target) }
    }

    /// Removes a database with what is beside it, as far as it is there and can be.
    static func removeDatabase(_ path: String) {
        for suffix in suffixes { remove(path + suffix) }
    }

    static func remove(_ path: String) { _ = unlink(path) }

    /// Waits until a file, or what a folder lists, is on the disk.
    static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unwritable(path) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw unwritable(path) }
    }

    static func syncFolder(of path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        try sync(folder.isEmpty ? "." : folder)
    }

    private static var lastError: String { String(cString: strerror(errno)) }

    private static func unwritable(_ path: String) -> StoreError {
        StoreError(.unwritable, "\(path) can't be opened or created: \(lastError).")
    }
}
