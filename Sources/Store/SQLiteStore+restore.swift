internal import Foundation
internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// Indexes that are left out after a restore: more than are published between two backups.
    ///
    /// Workers take a lower index from a control plane that was restored, but whoever compares indexes would be misled.
    private static let restoredIndexGap: Int64 = 1_000_000

    /// Puts the database in the file `backup` in the place of the one at `path`, which is moved aside. For a control
    /// plane that isn't running.
    ///
    /// The copy is checked whole before anything is touched, brought to this program's schema, and its indexes go on
    /// above those of both.
    /// - Throws: `StoreError`: `corrupt`, `foreign_database`, `newer_database`, `changed_migration`, `unwritable`.
    package static func restore(from backup: String, to path: String, now: Timestamp) throws -> RestoreReport {
        guard FileManager.default.isReadableFile(atPath: backup) else {
            throw StoreError(.unwritable, "\(backup) can't be read.")
        }
        let stamp = now.description.replacingOccurrences(of: ":", with: "")
        let copy = "\(path).restoring"
        do {
            try? FileManager.default.removeItem(atPath: copy)
            try DataFile.prepare(at: copy)
            try copyBytes(from: backup, to: copy)
            var report = try check(copy, originallyAt: backup, floor: floor(at: path))
            if FileManager.default.fileExists(atPath: path) {
                let aside = "\(path).before-restore-\(stamp)"
                for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
                    try FileManager.default.moveItem(atPath: path + suffix, toPath: aside + suffix)
                }
                report = RestoreReport(
                    revision: report.revision, groups: report.groups, routes: report.routes, entries: report.entries,
                    movedAside: aside)
            }
            try FileManager.default.moveItem(atPath: copy, toPath: path)
            return report
        } catch {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + suffix) }
            throw StoreError.translated(error, path: backup)
        }
    }

    private static func copyBytes(from source: String, to target: String) throws {
        guard let input = FileHandle(forReadingAtPath: source), let output = FileHandle(forWritingAtPath: target) else {
            throw StoreError(.unwritable, "\(source) can't be copied to \(target).")
        }
        while let bytes = try input.read(upToCount: 1 << 20), !bytes.isEmpty { try output.write(contentsOf: bytes) }
        try output.synchronize()
    }

    /// The index floor of the database that is about to go, if it can be read.
    private static func floor(at path: String) -> Int64 {
        guard FileManager.default.fileExists(atPath: path), let old = try? DatabaseQueue(path: path) else { return 0 }
        defer { try? old.close() }
        return (try? old.read { try StateKey.indexFloor.value($0) }) ?? 0
    }

    private static func check(_ copy: String, originallyAt backup: String, floor: Int64) throws -> RestoreReport {
        let queue = try DatabaseQueue(path: copy)
        defer { try? queue.close() }
        let state = try queue.writeWithoutTransaction { db in
            let verdict = try String.fetchOne(db, sql: "PRAGMA integrity_check")
            guard verdict == "ok" else {
                throw StoreError(.corrupt, "\(backup) is damaged: \(verdict ?? "it can't be checked").")
            }
            // An empty file would become an empty database: nobody restores that on purpose.
            guard try db.tableExists("migrations") else {
                throw StoreError(.foreignDatabase, "\(backup) is no database of Signalbox's.")
            }
            try Migrator(migrations: EmbeddedMigrations.all).migrate(db, now: .now())
            let highest = max(floor, try StateKey.indexFloor.value(db)) + restoredIndexGap
            try StateKey.indexFloor.raise(to: highest, db)
            func count(_ table: String) throws -> Int {
                try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0
            }
            return RestoreReport(
                revision: try lastRevision(db), groups: try count("\"groups\""), routes: try count("routes"),
                entries: try count("ledger"), movedAside: nil)
        }
        return state
    }
}
