internal import GRDB
internal import RoutingModel

/// Turns a span of time into a span of ids, so that a page of the ledger is one walk over ids whatever the filters.
///
/// Entries are nearly, but not wholly, in the order of their times: two writers may swap by a millisecond, and a clock
/// may be set back. `StateKey.ledgerDrift` bounds how far an entry's time lies before that of an older entry. So of the
/// entries since T the oldest by id lies within that drift after the oldest by time, and likewise at the other end.
enum LedgerSpan {
    /// Ids between which all entries of the query's time and cursor are; not all between them are. Nil: there are none.
    static func ids(of query: LedgerQuery, _ db: Database) throws -> ClosedRange<Int64>? {
        var lowest: Int64 = 1
        var highest = Int64.max
        if let before = query.before {
            guard before > lowest else { return nil }
            highest = before - 1
        }
        let drift = query.since == nil && query.until == nil ? 0 : try StateKey.ledgerDrift.value(db)
        if let since = query.since {
            let first = try id(
                "SELECT min(id) FROM ledger WHERE at BETWEEN :at AND :at + :drift",
                from: "SELECT at FROM ledger WHERE at >= ? ORDER BY at LIMIT 1", since, drift, db)
            guard let first else { return nil }
            lowest = max(lowest, first)
        }
        if let until = query.until {
            let last = try id(
                "SELECT max(id) FROM ledger WHERE at BETWEEN :at - :drift AND :at",
                from: "SELECT at FROM ledger WHERE at < ? ORDER BY at DESC LIMIT 1", until, drift, db)
            guard let last else { return nil }
            highest = min(highest, last)
        }
        return lowest <= highest ? lowest...highest : nil
    }

    private static func id(
        _ extreme: String, from nearest: String, _ time: Timestamp, _ drift: Int64, _ db: Database
    ) throws -> Int64? {
        let at = try Int64.fetchOne(db, SQLRequest(sql: nearest, arguments: [time.milliseconds], cached: true))
        guard let at else { return nil }
        return try Int64.fetchOne(db, SQLRequest(sql: extreme, arguments: ["at": at, "drift": drift], cached: true))
    }
}
