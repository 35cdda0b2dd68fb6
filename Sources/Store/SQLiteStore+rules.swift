internal import GRDB
package import RoutingModel

extension SQLiteStore {
    /// Stores revisions with all that they changed and their ledger entries, all of them in one transaction: one sync
    /// of the disk for as many commits as were waiting. Durable on return; when it throws, none of them is stored.
    ///
    /// - Throws: `StoreError`; `conflict` when a commit is not the revision after the last.
    package func commit(_ commits: [RuleCommit]) async throws {
        // Text is made before the one writer is taken.
        let entries = try commits.map { try $0.entries.map(LedgerRow.init) }
        try await write { db in
            var last = try Self.lastRevision(db)
            for (commit, entries) in zip(commits, entries) {
                guard commit.revision == last + 1 else {
                    throw StoreError(
                        .conflict, "Revision \(commit.revision) can't be stored: the last revision is \(last).")
                }
                try Self.insertRevision(commit, db)
                for change in commit.changes { try Self.store(change, of: commit.revision, db) }
                try LedgerRow.insert(entries, db)
                last = commit.revision
            }
        }
    }

    /// The number of the newest revision, 0 before the first.
    static func lastRevision(_ db: Database) throws -> Int {
        try Int.fetchOne(db, SQLRequest(sql: "SELECT max(number) FROM revisions", cached: true)) ?? 0
    }

    private static func insertRevision(_ commit: RuleCommit, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO revisions (number, at, author, message) VALUES (?, ?, ?, ?)")
            .execute(arguments: [
                commit.revision, commit.at.milliseconds, commit.author.columnText, commit.message?.columnText,
            ])
    }

    private static func store(_ change: RuleChange, of revision: Int, _ db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT INTO revision_changes (revision, kind, name, before, after) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [revision, RuleTable(change).kind, change.name.columnText, change.before, change.after])
        switch change {
        case .group(let name, _, let after): try RuleTable.groups.put(after, name: name, db)
        case .route(let name, _, let after): try RuleTable.routes.put(after, name: name, db)
        case .override(let name, _, let after): try RuleTable.overrides.put(after, name: name.columnText, db)
        }
    }
}
