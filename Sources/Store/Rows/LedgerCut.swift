internal import GRDB
internal import GRDBSQLite
internal import RoutingModel

/// Where a moment parts the ledger.
enum LedgerCut {
    /// So many more entries of the past than of the time after it end the search.
    private static let patience = 4_096

    /// The id that the ledger ended with at `time`: entries with a higher one came after it.
    ///
    /// Ids are in the order in which things happened; times are so only nearly, because two writers may swap by a
    /// millisecond and a clock may be set. So the place is taken that has the fewest entries on the wrong side: neither
    /// some minutes with a clock that was years ahead nor some that were years behind spoil the past. The search goes
    /// back from the newest entry, over those that have to be undone anyway, and not much further.
    /// - Throws: `Problem` (`gone`) when an entry after `time` may have been deleted.
    static func id(at time: Timestamp, _ db: Database) throws -> Int64 {
        let statement = try db.makeStatement(sql: "SELECT id, at FROM ledger ORDER BY id DESC")
        let rows = try Row.fetchCursor(statement)
        var cut: Int64?
        // By how many there are more entries of after `time` than of before among those seen.
        var score = 0
        var best = 0
        while try rows.next() != nil {
            let id = sqlite3_column_int64(statement.sqliteStatement, 0)
            cut = cut ?? id
            score += sqlite3_column_int64(statement.sqliteStatement, 1) > time.milliseconds ? 1 : -1
            if score > best {
                best = score
                cut = id - 1
            }
            if best - score >= patience { break }
        }
        if let oldest = try oldestOfTrimmed(db), (cut ?? 0) < oldest {
            throw Problem(.gone, "The peers of \(time) aren't known any more: the ledger has been trimmed since.")
        }
        return cut ?? 0
    }

    /// The oldest entry that is left, when there were older ones; nil when the ledger is whole.
    private static func oldestOfTrimmed(_ db: Database) throws -> Int64? {
        if let oldest = try Int64.fetchOne(db, SQLRequest(sql: "SELECT min(id) FROM ledger", cached: true)) {
            return oldest > 1 ? oldest : nil
        }
        // AUTOINCREMENT remembers whether there was ever an entry: https://www.sqlite.org/autoinc.html
        let given = try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'ledger'") ?? 0
        return given > 0 ? given + 1 : nil
    }
}
