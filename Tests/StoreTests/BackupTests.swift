import Foundation
import GRDB
import RoutingModel
import Testing

@testable import Store

@Suite("Backups")
struct BackupTests {
    private func listing(_ folder: StoreFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("A backup is one file that only its owner may read, and has everything")
    func whole() async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            let past = try await PastRulesTests.history(50, in: store)
            try await store.record([Samples.fullEntry])
            let path = folder.path + "/backup.sqlite"
            try await store.backup(to: path)
            #expect(try listing(folder) == ["backup.sqlite", "data"])
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)

            // The store goes on, and the backup knows nothing of it.
            try await store.record([Samples.entry()])
            try store.close()
            let copy = try SQLiteStore(path: path)
            #expect(try copy.load().rules == past.last)
            #expect(try await copy.ledger(LedgerQuery()).records.map(\.entry.kind) == [Samples.fullEntry.kind])
            try copy.close()
        }
    }

    @Test("Writes go on during a backup, and it is of one moment")
    func amidWrites() async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            let filler = String(repeating: "x", count: 2_000)
            try await store.record((0..<12_000).map { Samples.entry(at: $0, reason: filler) })
            let path = folder.path + "/backup.sqlite"
            let writing = Task {
                var count = 0
                while !Task.isCancelled {
                    // Two at a time: a half of a transaction would be seen.
                    try await store.record([Samples.entry(.workerJoined), Samples.entry(.workerJoined)])
                    count += 1
                }
                return count
            }
            try await store.backup(to: path)
            writing.cancel()
            #expect(try await writing.value > 0)
            try store.close()
            let (state, count) = try await DatabaseQueue(path: path).read { db in
                (
                    try String.fetchAll(db, sql: "PRAGMA integrity_check"),
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM ledger WHERE kind = 'worker.joined'") ?? 1
                )
            }
            #expect(state == ["ok"])
            #expect(count.isMultiple(of: 2))
        }
    }

    @Test("Nothing is overwritten, and nothing is left of a backup that failed")
    func refused() async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            let taken = folder.path + "/taken"
            try Data("mine".utf8).write(to: URL(filePath: taken))
            for path in [taken, folder.path + "/nowhere/backup.sqlite"] {
                let error = await #expect(throws: StoreError.self) { try await store.backup(to: path) }
                #expect(error?.code == .unwritable)
                #expect(error?.detail.contains(path) == true)
            }
            #expect(try Data(contentsOf: URL(filePath: taken)) == Data("mine".utf8))

            let cancelled = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await store.backup(to: folder.path + "/cancelled.sqlite")
            }
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            try store.close()
            let closed = await #expect(throws: StoreError.self) {
                try await store.backup(to: folder.path + "/closed.sqlite")
            }
            #expect(closed?.code == .closed)
            #expect(try listing(folder) == ["data", "taken"])
        }
    }

    @Test("One backup at a time; the next may begin when it is done, however it ended")
    func oneAtATime() async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            let made = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        do {
                            try await store.backup(to: "\(folder.path)/\(number)")
                            return true
                        } catch let error as StoreError where error.code == .busy {
                            return false
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(try listing(folder).count == made + 1)
            #expect(made >= 1)
            await #expect(throws: StoreError.self) { try await store.backup(to: folder.path + "/nowhere/x") }
            try await store.backup(to: folder.path + "/last")
            try store.close()
        }
    }

    @Test("What an interrupted backup has left is no obstacle")
    func interrupted() async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            try Data("half".utf8).write(to: URL(filePath: folder.path + "/backup.sqlite.partial"))
            try await store.backup(to: folder.path + "/backup.sqlite")
            try store.close()
            #expect(try listing(folder) == ["backup.sqlite", "data"])
        }
    }
}
