internal import GRDB

extension SQLiteStore {
    /// So many of the newest revisions stay, whatever is asked: numbering goes on from the newest.
    static let leastRevisions = 1_000
    /// A transaction deletes whole revisions, and ends with the one that brings it to so many changes: other writes
    /// get their turn in between.
    private static let trimmedAtOnce = 2_000

    /// Deletes all but the newest `keeping` revisions; fewer than 1,000 are taken as 1,000. From the oldest on, so that
    /// what is left has no gap however far it comes.
    /// - Returns: how many went.
    /// - Throws: `StoreError`: some may be gone then. `CancellationError` when the task is cancelled, likewise.
    package func trimRevisions(keeping: Int) async throws -> Int {
        let kept = max(keeping, Self.leastRevisions)
        var trimmed = 0
        while true {
            try Task.checkCancellation()
            let count = try await write { db in try Self.trimSome(keeping: kept, db) }
            guard count > 0 else { return trimmed }
            trimmed += count
        }
    }

    /// Deletes some of the oldest revisions.
    /// - Returns: how many; 0 when there is nothing left to delete.
    private static func trimSome(keeping kept: Int, _ db: Database) throws -> Int {
        let highest = try lastRevision(db) - kept
        guard highest > 0 else { return 0 }
        let oldest = try Row.fetchCursor(
            db,
            sql: """
                SELECT number, (SELECT count(*) FROM revision_changes WHERE revision = number) AS changes
                FROM revisions WHERE number <= ? ORDER BY number LIMIT ?
                """, arguments: [highest, trimmedAtOnce])
        var last: Int?
        var count = 0
        var changes = 0
        while changes < trimmedAtOnce, let row = try oldest.next() {
            last = try row.decode(forColumn: "number")
            changes += try row.decode(Int.self, forColumn: "changes")
            count += 1
        }
        guard let last else { return 0 }
        // Their changes go with them.
        try db.execute(sql: "DELETE FROM revisions WHERE number <= ?", arguments: [last])
        return count
    }
}
