internal import GRDB
internal import RoutingModel

/// Brings a database to the newest schema, or refuses it. The table `migrations` says which files were applied.
struct Migrator {
    /// The files that this program carries, in the order of their names.
    let migrations: [Migration]

    /// Applies what is missing, all of it or nothing.
    ///
    /// - Parameter now: written beside what is applied.
    /// - Throws: `StoreError` (`newer_database`, `changed_migration` or `foreign_database`), with nothing changed.
    func migrate(_ db: Database, now: Timestamp) throws {
        // Rebuilding a table that others refer to needs foreign keys off, and they can't be turned off inside a
        // transaction: https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes
        try db.execute(sql: "PRAGMA foreign_keys = OFF")
        defer { try? db.execute(sql: "PRAGMA foreign_keys = ON") }
        try db.inTransaction(.immediate) {
            let applied = try self.applied(db)
            try check(applied)
            let missing = migrations.dropFirst(applied.count)
            for migration in missing { try apply(migration, db, now: now) }
            if !missing.isEmpty { try db.checkForeignKeys() }
            return .commit
        }
    }

    /// Checks that the database is one of Signalbox's that this program can bring up. Changes nothing.
    ///
    /// - Throws: `StoreError` as `migrate`, also `foreign_database` for a database without any table.
    func verify(_ db: Database) throws {
        let applied = try self.applied(db)
        guard !applied.isEmpty else {
            throw StoreError(.foreignDatabase, "The database is none of Signalbox's: it is empty.")
        }
        try check(applied)
    }

    private struct Applied {
        let name: String
        let checksum: String
    }

    private func applied(_ db: Database) throws -> [Applied] {
        guard try db.tableExists("migrations") else {
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
            guard tables == 0 else {
                throw StoreError(.foreignDatabase, "The database holds tables that Signalbox did not make.")
            }
            return []
        }
        return try Row.fetchAll(db, sql: "SELECT name, checksum FROM migrations ORDER BY name").map { row in
            Applied(name: try row.decode(forColumn: "name"), checksum: try row.decode(forColumn: "checksum"))
        }
    }

    /// What was applied must be the beginning of what this program carries.
    private func check(_ applied: [Applied]) throws {
        let known = Set(migrations.map(\.name))
        if let unknown = applied.first(where: { !known.contains($0.name) }) {
            throw StoreError(
                .newerDatabase,
                "The database has the migration '\(unknown.name)', which this program doesn't know: "
                    + "a newer Signalbox wrote it.")
        }
        for (applied, migration) in zip(applied, migrations) {
            guard applied.name == migration.name else {
                throw StoreError(
                    .changedMigration,
                    "The database has the migration '\(applied.name)' but not '\(migration.name)', which comes before.")
            }
            guard applied.checksum == migration.checksum else {
                throw StoreError(
                    .changedMigration,
                    "The migration '\(applied.name)' has changed since the database took it in.")
            }
        }
    }

    private func apply(_ migration: Migration, _ db: Database, now: Timestamp) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS migrations (
                    name TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
                ) STRICT
                """)
        try db.execute(sql: migration.sql)
        try db.execute(
            sql: "INSERT INTO migrations (name, checksum, applied_at) VALUES (?, ?, ?)",
            arguments: [migration.name, migration.checksum, now.milliseconds])
    }
}
