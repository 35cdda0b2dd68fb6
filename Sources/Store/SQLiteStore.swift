internal import GRDB
internal import RoutingModel
internal import Synchronization

/// Everything that outlives the process, in one SQLite file: rules and their revisions, the last seen catalog, the
/// ledger and the index floor. The one type that writes to it.
///
/// A write is all or nothing, and durable when it returns: WAL with `synchronous = FULL` syncs the log at every commit
/// (https://www.sqlite.org/pragma.html#pragma_synchronous). Reads don't wait for writes. Every function throws
/// `StoreError`.
package final class SQLiteStore: Sendable {
    let path: String
    let pool: DatabasePool
    private let isClosed = Mutex(false)
    /// One backup at a time: each takes one of the few connections that read.
    let isBackingUp = Mutex(false)

    /// Opens the database at `path`, with its folder (mode 0700) and file (mode 0600) made as needed, and brings it to
    /// the newest schema.
    ///
    /// - Throws: `StoreError`: `newer_database`, `changed_migration`, `foreign_database`, `corrupt`, `unwritable` or
    ///   `busy`.
    package convenience init(path: String) throws {
        try self.init(path: path, migrations: EmbeddedMigrations.all)
    }

    init(path: String, migrations: [Migration]) throws {
        self.path = path
        try DataFile.prepare(at: path)
        var configuration = Configuration()
        configuration.label = "store"
        configuration.busyMode = .timeout(5)
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { db in
                // GRDB sets NORMAL when it turns WAL on, which may lose the last commits in a power cut. Only after
                // that, and only here on the one connection that writes, does FULL stay.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // A batch of some thousand changed instances touches 20 MB of pages and more. With SQLite's own sizes
                // they are written to the log before the commit and again at it, and every commit is followed by a
                // checkpoint. A page that several batches touch is moved from a log of 64 MB into the file only once.
                try db.execute(sql: "PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 16000")
                try Migrator(migrations: migrations).migrate(db, now: .now())
            }
        } catch {
            throw StoreError.translated(error, path: path)
        }
    }

    /// Whether the database answers: a trivial read.
    package func check() async throws {
        _ = try await read { db in
            try Int.fetchOne(db, SQLRequest(sql: "SELECT 1 FROM migrations LIMIT 1", cached: true))
        }
    }

    /// Stores that every snapshot index up to `index` may have been published. A lower number than the stored one
    /// changes nothing.
    package func reserveIndexes(through index: Int) async throws {
        try await write { db in try StateKey.indexFloor.raise(to: Int64(index), db) }
    }

    /// Finishes the writes under way, moves them from the log into the database file and closes it. Every later call
    /// throws `closed`; closing twice does nothing.
    package func close() throws {
        let wasClosed = isClosed.withLock { closed in
            defer { closed = true }
            return closed
        }
        // SQLite crashes when it is told to checkpoint a connection that is no more.
        guard !wasClosed else { return }
        // Without this the file would be left without what its log has: a trap for whoever copies just the file. When
        // it fails nothing is lost, so that is no reason to fail.
        try? pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        do { try pool.close() } catch { throw StoreError.translated(error, path: path) }
    }

    /// Runs `work` on one state of the database.
    func read<T: Sendable>(_ work: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do { return try await pool.read(work) } catch { throw StoreError.translated(error, path: path) }
    }

    /// Runs `work` in one transaction, to its end even when the caller is cancelled: GRDB rolls a write back when its
    /// task is cancelled, and a caller could not tell that from a write that was already committed.
    func write<T: Sendable>(_ work: @escaping @Sendable (Database) throws -> T) async throws -> T {
        let pool = pool
        let writing = Task { try await pool.write(work) }
        do { return try await writing.value } catch { throw StoreError.translated(error, path: path) }
    }
}
