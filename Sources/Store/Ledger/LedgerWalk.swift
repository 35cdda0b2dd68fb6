internal import GRDB
internal import RoutingModel

/// A walk over the ledger from one id to another, segment by segment, which finds the entries that a query matches and
/// stops after a bounded amount of work, wherever it is then.
///
/// In each segment it asks the index of each filter for its first ids. A filter that has only a few there decides: only
/// these rows are looked at. If all have many, the one whose ids lie farthest apart is followed for a while; and if even
/// that one is dense, row after row is looked at.
struct LedgerWalk {
    /// The most that a walk does, in looks at a row (some microseconds each); passing over a segment counts as two.
    static let allowance = 1_500
    /// How many ids of a filter are asked for at a time.
    private static let share = 96
    /// How many rows are looked at one after the other at a time.
    private static let stride: Int64 = 256

    private let filter: LedgerFilter
    private let times: LedgerTimeSpan
    private let ascending: Bool
    private let allowance: Int
    private let rowsInRange: String
    private let rowsOfList: String

    /// The ids that are not looked at yet; nil: none.
    private(set) var rest: ClosedRange<Int64>?
    /// In their order.
    private(set) var records: [LedgerRecord] = []

    /// - Parameters:
    ///   - ids: between which ids to walk; nil: none.
    ///   - ascending: from the lowest id on.
    init(_ query: LedgerQuery, ids: ClosedRange<Int64>?, ascending: Bool, allowance: Int = allowance) {
        filter = LedgerFilter(query, ascending: ascending)
        times = LedgerTimeSpan(since: query.since, until: query.until, ascending: ascending)
        self.ascending = ascending
        self.allowance = allowance
        rest = ids
        let order = "ORDER BY id\(ascending ? "" : " DESC") LIMIT ?"
        rowsInRange = "SELECT \(LedgerReader.columns) FROM ledger WHERE id BETWEEN ? AND ?\(filter.conditions) \(order)"
        rowsOfList =
            "SELECT \(LedgerReader.columns) FROM ledger WHERE id IN (SELECT value FROM json_each(?))"
            + "\(filter.conditions) \(order)"
    }

    /// Walks until it has `limit` records, has done its share of work, or has looked at everything.
    mutating func run(limit: Int, _ db: Database) throws {
        var work = 0
        while records.count < limit, work < allowance, let rest {
            guard let part = try times.next(in: rest, db) else {
                self.rest = nil
                return
            }
            work += 2
            work += try look(at: part, limit: limit, db)
        }
    }

    /// Looks at the beginning of `part`, which lies in one segment, and gives how many rows that were.
    private mutating func look(at part: ClosedRange<Int64>, limit: Int, _ db: Database) throws -> Int {
        var best: [Int64]?
        var work = 0
        for list in filter.lists {
            let ids = try list.ids(in: part, limit: Self.share, db)
            work += 1 + ids.count / 8
            if ids.count < Self.share {
                try take(ids, limit: limit, db)
                leave(part)
                return work + ids.count
            }
            if best.map({ Self.reach($0) < Self.reach(ids) }) ?? true { best = ids }
        }
        if let best, Self.reach(best) > 4 * Int64(best.count), let last = best.last {
            try take(best, limit: limit, db)
            leave(ascending ? part.lowerBound...last : last...part.upperBound)
            return work + best.count
        }
        let stretch =
            ascending
            ? part.lowerBound...min(part.upperBound, part.lowerBound + Self.stride - 1)
            : max(part.lowerBound, part.upperBound - Self.stride + 1)...part.upperBound
        let rows = try RawStatement(rowsInRange, db)
        rows.bind(1, stretch.lowerBound)
        rows.bind(2, stretch.upperBound)
        try take(rows, from: 3, limit: limit, db)
        leave(stretch)
        return work + Int(stretch.upperBound - stretch.lowerBound) + 1
    }

    /// How far the ids lie apart, the first and the last.
    private static func reach(_ ids: [Int64]) -> Int64 {
        guard let first = ids.first, let last = ids.last else { return 0 }
        return abs(first - last)
    }

    private mutating func take(_ ids: [Int64], limit: Int, _ db: Database) throws {
        guard !ids.isEmpty else { return }
        let rows = try RawStatement(rowsOfList, db)
        rows.bind(1, "[" + ids.map(String.init).joined(separator: ",") + "]")
        try take(rows, from: 2, limit: limit, db)
    }

    private mutating func take(_ rows: RawStatement, from place: Int32, limit: Int, _ db: Database) throws {
        defer { rows.reset() }
        let next = filter.bind(rows, from: place)
        rows.bind(next, limit - records.count)
        while try rows.step() { records.append(try LedgerReader.record(rows)) }
    }

    /// All of `part` has been looked at, and what lies before it in the walk's order.
    private mutating func leave(_ part: ClosedRange<Int64>) {
        guard let rest else { return }
        if ascending {
            self.rest = part.upperBound < rest.upperBound ? (part.upperBound + 1)...rest.upperBound : nil
        } else {
            self.rest = part.lowerBound > rest.lowerBound ? rest.lowerBound...(part.lowerBound - 1) : nil
        }
    }
}
