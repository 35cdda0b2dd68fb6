import Foundation
import GRDB
import RoutingModel
import Testing

@testable import Store

@Suite("Restoring a backup")
struct RestoreTests {
    private func listing(_ folder: StoreFolder) throws -> [String] {
        let data = (folder.database as NSString).deletingLastPathComponent
        return try FileManager.default.contentsOfDirectory(atPath: data).sorted()
    }

    /// Makes a store with rules and a backup of it; gives the rules.
    private func backUp(_ folder: StoreFolder, to path: String, floor: Int) async throws -> RuleSet? {
        let store = try SQLiteStore(path: folder.database)
        let past = try await PastRulesTests.history(20, in: store)
        try await store.reserveIndexes(through: floor)
        try await store.backup(to: path)
        try store.close()
        return past.last
    }

    @Test("The rules are those of the backup, what was there is kept beside, and no index is given twice")
    func overExisting() async throws {
        try await StoreFolder.with { folder in
            let backup = folder.path + "/backup.sqlite"
            let rules = try await backUp(folder, to: backup, floor: 5_000)
            var store = try SQLiteStore(path: folder.database)
            var later = try #require(rules)
            try await store.commit([Samples.commit(Samples.group("later"), to: &later)])
            let far = 9_000_000_000_000
            try await store.reserveIndexes(through: far)
            try store.close()

            let now = try #require(Timestamp(rfc3339: "2100-01-31T12:00:00.000Z"))
            let report = try SQLiteStore.restore(from: backup, to: folder.database, now: now)
            #expect(report.revision == 20)
            #expect(report.indexFloor == far + 10_000)
            let aside = folder.database + ".before-restore-21000131T120000000Z"
            #expect(report.movedAside == aside)
            #expect(try listing(folder) == ["signalbox.sqlite", (aside as NSString).lastPathComponent])
            #expect(FileManager.default.fileExists(atPath: backup))

            store = try SQLiteStore(path: folder.database)
            let state = try store.load()
            #expect(state.rules == rules)
            #expect(state.indexFloor == far + 10_000)
            try store.close()
            let old = try SQLiteStore(path: aside)
            #expect(try old.load().rules == later)
            try old.close()
        }
    }

    @Test("Into an empty place, with a folder of its own; the index jumps by more than can have been published")
    func fresh() async throws {
        try await StoreFolder.with { folder in
            let backup = folder.path + "/backup.sqlite"
            let rules = try await backUp(folder, to: backup, floor: 5_000)
            let target = folder.path + "/new/place/signalbox.sqlite"
            let begun = Timestamp.now()
            let report = try SQLiteStore.restore(from: backup, to: target, now: begun.adding(.seconds(3_600)))
            #expect(report.movedAside == nil)
            #expect(report.indexFloor > 5_000 + 3_590 * 1_000)
            #expect(report.indexFloor < 5_000 + 3_700 * 1_000)
            let mode = try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
            let store = try SQLiteStore(path: target)
            #expect(try store.load().rules == rules)
            #expect(try store.load().indexFloor == report.indexFloor)
            try store.close()
        }
    }

    @Test("The floor is above both floors, whatever the clock says")
    func floors() {
        #expect(SQLiteStore.restoredFloor(7, oldFloor: 0, age: -60) == 10_007)
        #expect(SQLiteStore.restoredFloor(7, oldFloor: 9, age: 0) == 10_009)
        #expect(SQLiteStore.restoredFloor(7, oldFloor: 9, age: 1) == 11_007)
        #expect(SQLiteStore.restoredFloor(7, oldFloor: 0, age: .infinity) < 1 << 53)
        #expect(SQLiteStore.restoredFloor(7, oldFloor: 0, age: .nan) >= 10_007)
    }

    @Test("A database that was killed is moved aside with its log")
    func killed() async throws {
        try await StoreFolder.with { folder in
            let backup = folder.path + "/backup.sqlite"
            let rules = try await backUp(folder, to: backup, floor: 1)
            // A copy of the files of a store that is open is what a killed process leaves.
            let store = try SQLiteStore(path: folder.database)
            try await store.reserveIndexes(through: 8_000_000_000_000)
            let place = folder.path + "/killed"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            let target = place + "/signalbox.sqlite"
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: folder.database + suffix, toPath: target + suffix)
            }
            try store.close()
            let report = try SQLiteStore.restore(from: backup, to: target)
            let aside = try #require(report.movedAside)
            #expect(report.indexFloor == 8_000_000_010_000)
            #expect(FileManager.default.fileExists(atPath: aside + "-wal"))
            #expect(!FileManager.default.fileExists(atPath: target + "-wal"))
            let restored = try SQLiteStore(path: target)
            #expect(try restored.load().rules == rules)
            try restored.close()
            let old = try SQLiteStore(path: aside)
            #expect(try old.load().indexFloor == 8_000_000_000_000)
            try old.close()
        }
    }

    @Test("What is no backup is refused, and what was there stays")
    func refused() async throws {
        try await StoreFolder.with { folder in
            let good = folder.path + "/backup.sqlite"
            let rules = try await backUp(folder, to: good, floor: 1)
            var bad: [(path: String, code: StoreError.Code)] = [(folder.path + "/nowhere", .unwritable)]
            func make(_ name: String, _ code: StoreError.Code, _ change: (Database) throws -> Void) throws {
                let path = folder.path + "/" + name
                try FileManager.default.copyItem(atPath: good, toPath: path)
                let queue = try DatabaseQueue(path: path)
                try queue.writeWithoutTransaction(change)
                try queue.close()
                bad.append((path, code))
            }
            try make("newer", .newerDatabase) { db in
                try db.execute(sql: "INSERT INTO migrations VALUES ('9999_later.sql', '', 0)")
            }
            try make("changed", .changedMigration) { db in try db.execute(sql: "UPDATE migrations SET checksum = ''") }
            try make("foreign", .foreignDatabase) { db in try db.execute(sql: "DROP TABLE migrations") }
            try make("damaged", .corrupt) { db in
                try db.execute(sql: "PRAGMA writable_schema = ON")
                try db.execute(sql: "UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'revisions'")
            }
            for (name, content) in [("empty", ""), ("text", String(repeating: "no database ", count: 1_000))] {
                try Data(content.utf8).write(to: URL(filePath: folder.path + "/" + name))
                bad.append((folder.path + "/" + name, name == "empty" ? .foreignDatabase : .corrupt))
            }
            let before = try listing(folder)
            for (path, code) in bad {
                let error = #expect(throws: StoreError.self, "\(path)") {
                    try SQLiteStore.restore(from: path, to: folder.database)
                }
                #expect(error?.code == code, "\(path): \(error?.detail ?? "")")
                #expect(try listing(folder) == before)
            }
            let store = try SQLiteStore(path: folder.database)
            #expect(try store.load().rules == rules)
            try store.close()
        }
    }
}
