internal import Foundation
internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// Puts a backup into the place of the database at `path`, which nothing may have open. For that the data
    /// directory's lock has to be held.
    ///
    /// Everything is checked on a copy beside `path` first; until that has passed, what is at `path` stays as it is. It
    /// is moved aside then, not deleted. A backup of an older schema is restored as it is: opening it brings it up.
    ///
    /// - Parameters:
    ///   - backup: a file that `backup(to:)` made, or a database that was closed in order.
    ///   - now: for the name of what is moved aside, and the backup's age.
    /// - Throws: `StoreError`: `corrupt`, `foreign_database`, `newer_database` or `changed_migration` about the backup,
    ///   `unwritable` when it can't be read or the files can't be written.
    package static func restore(
        from backup: String, to path: String, now: Timestamp = .now()
    ) throws -> RestoreReport {
        try DataFile.makeFolder((path as NSString).deletingLastPathComponent)
        let copy = path + ".restoring"
        DataFile.removeDatabase(copy)
        do {
            try DataFile.copy(backup, to: copy)
            // A database that was not closed in order has its newest commits there.
            if FileManager.default.fileExists(atPath: backup + "-wal") {
                try DataFile.copy(backup + "-wal", to: copy + "-wal")
            }
            let found = try checked(copy, named: backup, oldFloor: indexFloor(at: path), now: now)
            try DataFile.sync(copy)
            let aside = try moveAside(path, now: now)
            try DataFile.move(copy, to: path)
            try DataFile.syncFolder(of: path)
            return RestoreReport(
                revision: found.revision, newestChange: found.newestChange, indexFloor: found.indexFloor,
                movedAside: aside)
        } catch {
            DataFile.removeDatabase(copy)
            throw StoreError.translated(error, path: backup)
        }
    }

    /// Checks the database at `copy` and raises its index floor.
    private static func checked(
        _ copy: String, named backup: String, oldFloor: Int, now: Timestamp
    ) throws -> (revision: Int, newestChange: Timestamp, indexFloor: Int) {
        let queue = try DatabaseQueue(path: copy)
        let result = try queue.writeWithoutTransaction { db in
            let problems = try String.fetchAll(db, sql: "PRAGMA integrity_check(1)")
            guard problems == ["ok"] else {
                throw StoreError(.corrupt, "The database \(backup) is damaged: \(problems.joined(separator: "; ")).")
            }
            try Migrator(migrations: EmbeddedMigrations.all).verify(db)
            let newest = try newestTime(db)
            let floor = restoredFloor(
                Int(try StateKey.indexFloor.value(db)), oldFloor: oldFloor, age: now.seconds(since: newest))
            try StateKey.indexFloor.raise(to: Int64(floor), db)
            let revision = try lastRevision(db)
            // Leaves one file, whatever mode it was in.
            try db.execute(sql: "PRAGMA journal_mode = DELETE")
            return (revision: revision, newestChange: newest, indexFloor: floor)
        }
        try queue.close()
        return result
    }

    /// A floor that no index was above that anybody ever got.
    ///
    /// Workers compare indexes for equality only (docs/worker-protocol.md), so an index given twice would leave whoever
    /// has the first with what was in force before the restoration. The database that was there knows how far they
    /// went. It may be lost, or be of another origin than the workers' snapshots: so room is left besides for a
    /// snapshot in every millisecond since the backup, more than is ever published.
    static func restoredFloor(_ floor: Int, oldFloor: Int, age: Double) -> Int {
        let hundredYears = 3_200_000_000.0
        let published = age > 0 ? Int(min(age, hundredYears) * 1_000) : 0
        return max(floor + published, oldFloor, floor) + 10_000
    }

    /// The index floor of the database at `path`; 0 when there is none, or it can't be read.
    private static func indexFloor(at path: String) -> Int {
        guard FileManager.default.fileExists(atPath: path) else { return 0 }
        // Even a reader of a database in WAL mode makes these files, and leaves them.
        let made = DataFile.suffixes.filter { !FileManager.default.fileExists(atPath: path + $0) }
        defer { for suffix in made { DataFile.remove(path + suffix) } }
        var configuration = Configuration()
        configuration.readonly = true
        let floor = try? DatabaseQueue(path: path, configuration: configuration).read { db in
            try StateKey.indexFloor.value(db)
        }
        return Int(floor ?? 0)
    }

    /// The newest time that the database knows: of a change, or of its own making.
    private static func newestTime(_ db: Database) throws -> Timestamp {
        let times = try [
            "SELECT max(at) FROM ledger", "SELECT max(at) FROM revisions", "SELECT max(applied_at) FROM migrations",
            "SELECT max(last_success_at) FROM catalog_services",
        ].compactMap { try Int64.fetchOne(db, sql: $0) }
        return Timestamp(milliseconds: times.max() ?? 0)
    }

    /// Moves the database at `path` and what is beside it out of the way.
    /// - Returns: its name then; nil when there was nothing.
    private static func moveAside(_ path: String, now: Timestamp) throws -> String? {
        let time = now.description.filter { $0.isNumber || $0 == "T" || $0 == "Z" }
        let target = "\(path).before-restore-\(time)"
        let present = DataFile.suffixes.filter { FileManager.default.fileExists(atPath: path + $0) }
        guard !present.isEmpty else { return nil }
        guard !FileManager.default.fileExists(atPath: target) else {
            throw StoreError(.unwritable, "\(target) can't be written: there is a file already.")
        }
        // A log that were left behind would be taken for that of the restored database.
        for suffix in present { try DataFile.move(path + suffix, to: target + suffix) }
        try DataFile.syncFolder(of: path)
        return target
    }
}
