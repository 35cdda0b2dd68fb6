/// Why the store can't do what it was asked. Nothing was stored.
package struct StoreError: Error, Hashable, Sendable {
    /// The kinds of failure.
    package enum Code: String, Sendable, CaseIterable {
        /// The database has a migration that this program doesn't know: a newer one wrote it.
        case newerDatabase = "newer_database"
        /// A migration that the database has is not the one that this program carries.
        case changedMigration = "changed_migration"
        /// The file is an SQLite database of something else.
        case foreignDatabase = "foreign_database"
        /// The file is damaged, or is no SQLite database.
        case corrupt = "corrupt"
        /// A row holds what this program can't read; the detail names it.
        case unreadableRow = "unreadable_row"
        /// The file can't be opened, created or written: rights, a full disk, a failing disk.
        case unwritable = "unwritable"
        /// Another process holds the database for longer than the busy timeout.
        case busy = "busy"
        /// A commit is not the next revision: something else wrote to this database.
        case conflict = "conflict"
        /// The store has been closed.
        case closed = "closed"
        /// Any other answer of SQLite's.
        case failed = "failed"
    }

    package let code: Code
    /// One sentence for a person.
    package let detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String { detail }
}
