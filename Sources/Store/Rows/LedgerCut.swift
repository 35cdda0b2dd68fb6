internal import GRDB
internal import RoutingModel

/// Where a moment parts the ledger.
enum LedgerCut {
    /// The id of the last entry that had been written at `time`; 0: none had.
    ///
    /// Ids are in the order in which things happened; times are so only nearly (see `LedgerSpan`). Where they are mixed,
    /// the place is taken that has the fewest entries on the wrong side: so neither some minutes with a clock that was
    /// years ahead nor some that were years behind spoil the past.
    /// - Throws: `Problem` (`gone`) when an entry after `time` may have been deleted.
    static func id(at time: Timestamp, _ db: Database) throws -> Int64 {
        let next = Timestamp(milliseconds: min(time.milliseconds, .max - 1) + 1)
        let first = try LedgerSpan.ids(of: LedgerQuery(since: next), db)?.lowerBound
        let last = try LedgerSpan.ids(of: LedgerQuery(until: next), db)?.upperBound
        var cut = last ?? 0
        if let first, let last, first < last { cut = try best(from: first, to: last, time, db) }
        if let oldest = try deletedBefore(db), cut < oldest {
            throw Problem(.gone, "The peers of \(time) aren't known any more: the ledger has been trimmed since.")
        }
        return cut
    }

    private static func best(from first: Int64, to last: Int64, _ time: Timestamp, _ db: Database) throws -> Int64 {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT id, at <= ? FROM ledger WHERE id BETWEEN ? AND ? ORDER BY id",
            arguments: [time.milliseconds, first, last])
        var best = first - 1
        // How many more entries are on the wrong side than with the cut before `first`.
        var worse = 0
        var least = 0
        while let row = try rows.next() {
            worse += try row.decode(Bool.self, atIndex: 1) ? -1 : 1
            if worse <= least {
                least = worse
                best = try row.decode(atIndex: 0)
            }
        }
        return best
    }

    /// The oldest entry that is left, when there were older ones; nil when the ledger is whole.
    private static func deletedBefore(_ db: Database) throws -> Int64? {
        if let oldest = try Int64.fetchOne(db, SQLRequest(sql: "SELECT min(id) FROM ledger", cached: true)) {
            return oldest > 1 ? oldest : nil
        }
        // AUTOINCREMENT remembers whether there was ever an entry: https://www.sqlite.org/autoinc.html
        let given = try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'ledger'") ?? 0
        return given > 0 ? given + 1 : nil
    }
}
