import Foundation
import GRDB
import RoutingModel
import Testing

@testable import Store

@Suite struct DatabaseFileTests {
    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? NSNumber).intValue
    }

    @Test("A commit is synced to the disk: WAL with synchronous = FULL on the connection that writes")
    func durable() async throws {
        try await StoreFolder.withStore { store in
            try await store.record([Samples.entry()])
            let (journal, synchronous, keys) = try await store.pool.writeWithoutTransaction { db in
                (
                    try String.fetchOne(db, sql: "PRAGMA journal_mode"),
                    try Int.fetchOne(db, sql: "PRAGMA synchronous"), try Int.fetchOne(db, sql: "PRAGMA foreign_keys")
                )
            }
            #expect(journal == "wal")
            #expect(synchronous == 2)
            #expect(keys == 1)
        }
    }

    @Test("The folder and the files are only for their owner")
    func modes() async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            try await store.record([Samples.entry()])
            #expect(try mode(folder.path) == 0o700)
            #expect(try mode(folder.path + "/data") == 0o700)
            for suffix in ["", "-wal", "-shm"] { #expect(try mode(folder.database + suffix) == 0o600) }
            try store.close()
        }
    }

    @Test("After closing, the file alone has everything")
    func closed() async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            try await store.record([Samples.entry()])
            _ = try store.load()
            try store.close()
            try store.close()
            let error = await #expect(throws: StoreError.self) { try await store.check() }
            #expect(error?.code == .closed)
            let writing = await #expect(throws: StoreError.self) { try await store.record([Samples.entry()]) }
            #expect(writing?.code == .closed)

            let copy = folder.path + "/copy.sqlite"
            try FileManager.default.copyItem(atPath: folder.database, toPath: copy)
            #expect(try await SQLiteStore(path: copy).ledger(LedgerQuery()).records.count == 1)
        }
    }

    @Test("Closing amid writes: each is stored or is told that the store is closed")
    func closingAmidWrites() async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            let stored = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        if number == 30 { try store.close() }
                        do {
                            try await store.record([Samples.entry()])
                            _ = try await store.ledger(LedgerQuery())
                            return 1
                        } catch let error as StoreError where error.code == .closed {
                            return 0
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            let found = try await SQLiteStore(path: folder.database).ledger(LedgerQuery()).records.count
            // A write may be stored whose following read finds the store closed.
            #expect(found >= stored)
        }
    }

    @Test("A path that can't be is unwritable")
    func unwritable() async throws {
        try await StoreFolder.with { folder in
            try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
            try Data("file".utf8).write(to: URL(filePath: folder.path + "/file"))
            for path in [folder.path + "/file/signalbox.sqlite", folder.path] {
                let error = #expect(throws: StoreError.self) { try SQLiteStore(path: path) }
                #expect(error?.code == .unwritable)
                #expect(error?.detail.contains(path) == true)
            }
        }
    }

    @Test("A file that is no database is corrupt, and stays as it is")
    func noDatabase() async throws {
        try await StoreFolder.with { folder in
            try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
            let path = folder.path + "/text"
            let text = Data(String(repeating: "This is no database. ", count: 400).utf8)
            try text.write(to: URL(filePath: path))
            let error = #expect(throws: StoreError.self) { try SQLiteStore(path: path) }
            #expect(error?.code == .corrupt)
            #expect(try Data(contentsOf: URL(filePath: path)) == text)
        }
    }

    @Test("Many writers at once: every entry is there once, and readers never see half of a commit")
    func concurrent() async throws {
        try await StoreFolder.withStore { store in
            let pair = [Samples.entry(service: "star"), Samples.entry(service: "star")]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await store.record(pair) }
                    group.addTask {
                        let page = try await store.ledger(LedgerQuery(service: "star", limit: 1_000))
                        #expect(page.records.count.isMultiple(of: 2))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.ledger(LedgerQuery(limit: 1_000)).records.count == 40)
        }
    }
}
