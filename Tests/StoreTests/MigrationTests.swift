import Foundation
import GRDB
import RoutingModel
import Testing

@testable import Store

@Suite struct MigrationTests {
    let later = Migration(name: "9998_later.sql", bytes: Array("CREATE TABLE later (x INTEGER) STRICT;".utf8))

    @Test("The program carries exactly the files of migrations/, in their order")
    func embedded() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "migrations")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sql") }
        #expect(EmbeddedMigrations.all.map(\.name) == names.sorted())
        for migration in EmbeddedMigrations.all {
            #expect(try Data(contentsOf: folder.appending(path: migration.name)) == Data(migration.bytes))
        }
    }

    @Test("A checksum is SHA-256 in hexadecimal digits")
    func checksum() {
        // The empty message's hash, from FIPS 180-4's examples.
        #expect(
            Migration(name: "", bytes: []).checksum
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test("A newer program adds what is missing and keeps what is there")
    func upgrade() async throws {
        try await StoreFolder.with { folder in
            var store = try SQLiteStore(path: folder.database)
            try await store.reserveIndexes(through: 5)
            try store.close()
            store = try SQLiteStore(path: folder.database, migrations: EmbeddedMigrations.all + [later])
            #expect(try store.load().indexFloor == 5)
            let (applied, keys) = try await store.pool.write { db in
                (
                    try String.fetchAll(db, sql: "SELECT name FROM migrations ORDER BY name"),
                    try Int.fetchOne(db, sql: "PRAGMA foreign_keys")
                )
            }
            #expect(applied == EmbeddedMigrations.all.map(\.name) + [later.name])
            #expect(keys == 1)
        }
    }

    @Test("A database of a newer program is refused")
    func newerDatabase() async throws {
        try await StoreFolder.with { folder in
            try SQLiteStore(path: folder.database, migrations: EmbeddedMigrations.all + [later]).close()
            let error = #expect(throws: StoreError.self) { try SQLiteStore(path: folder.database) }
            #expect(error?.code == .newerDatabase)
            #expect(error?.detail.contains(later.name) == true)
        }
    }

    @Test("A migration that has changed since it was applied is refused")
    func changedMigration() async throws {
        try await StoreFolder.with { folder in
            try SQLiteStore(path: folder.database).close()
            var migrations = EmbeddedMigrations.all
            migrations[0] = Migration(name: migrations[0].name, bytes: migrations[0].bytes + Array("\n".utf8))
            let error = #expect(throws: StoreError.self) {
                try SQLiteStore(path: folder.database, migrations: migrations)
            }
            #expect(error?.code == .changedMigration)
            #expect(error?.detail.contains(migrations[0].name) == true)
        }
    }

    @Test("A migration that should have come before an applied one is refused")
    func insertedMigration() async throws {
        try await StoreFolder.with { folder in
            let first = EmbeddedMigrations.all
            try SQLiteStore(path: folder.database, migrations: first + [later]).close()
            let between = Migration(name: "0001_later.sql", bytes: [])
            let error = #expect(throws: StoreError.self) {
                try SQLiteStore(path: folder.database, migrations: first + [between, later])
            }
            #expect(error?.code == .changedMigration)
        }
    }

    @Test("A migration that fails leaves nothing of itself")
    func failingMigration() async throws {
        try await StoreFolder.with { folder in
            let half = Migration(
                name: "9999_half.sql", bytes: Array("CREATE TABLE half (x INTEGER) STRICT; SELECT nonsense;".utf8))
            let error = #expect(throws: StoreError.self) {
                try SQLiteStore(path: folder.database, migrations: EmbeddedMigrations.all + [half])
            }
            #expect(error?.code == .failed)
            let tables = try await DatabaseQueue(path: folder.database).read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema")
            }
            #expect(tables == 0)
        }
    }

    @Test("A database of something else is refused and left alone")
    func foreignDatabase() async throws {
        try await StoreFolder.with { folder in
            try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
            let path = folder.path + "/other.sqlite"
            let other = try DatabaseQueue(path: path)
            try await other.write { db in try db.execute(sql: "CREATE TABLE theirs (x)") }
            try other.close()
            let error = #expect(throws: StoreError.self) { try SQLiteStore(path: path) }
            #expect(error?.code == .foreignDatabase)
            let tables = try await DatabaseQueue(path: path).read { db in
                try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema")
            }
            #expect(tables == ["theirs"])
        }
    }
}
