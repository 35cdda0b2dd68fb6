internal import GRDB
internal import RoutingModel

/// A walk over the ledger from one id to another, segment by segment, which finds the entries that a query matches and
/// stops after a bounded amount of work, wherever it is then.
///
/// In each segment it asks the index of each filter for its first ids, and only looks at the rows that are in all of
/// these lists. Where every filter has many, the one whose ids lie farthest apart is followed for a while; and if even
/// that one is dense, row after row is looked at.
struct LedgerWalk {
    /// The most that a walk does. A unit is some microseconds: a question to an index, a row that matches, or half a
    /// row that doesn't.
    static let allowance = 1_000
    /// How many ids of a filter are asked for at a time.
    private static let share = 96
    /// So few rows are looked at without asking further indexes for them.
    private static let few = 3
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
    /// Entries that may match, in their order, whose rows have not been looked at yet.
    private var pending: [Int64] = []
    private var work = 0

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
        while records.count < limit, work < allowance, let rest {
            guard let part = try times.next(in: rest, db) else {
                self.rest = nil
                break
            }
            work += 1
            try look(at: part, limit: limit, db)
            if pending.count >= min(Self.share, limit - records.count) { try takePending(limit: limit, db) }
        }
        try takePending(limit: limit, db)
    }

    /// Looks at the beginning of `part`, which lies in one segment.
    private mutating func look(at part: ClosedRange<Int64>, limit: Int, _ db: Database) throws {
        // What is in all lists that are known to their end.
        var candidates: [Int64]?
        // The beginnings of the others, and those that weren't asked for.
        var beginnings: [[Int64]] = []
        var long: [LedgerList] = []
        for list in filter.lists {
            if let candidates, candidates.count <= Self.few { break }
            let ids = try list.quickly(in: part, limit: Self.share, db)
            work += 1 + (ids?.count ?? Self.share) / 32
            guard let ids else {
                long.append(list)
                continue
            }
            if ids.count == Self.share {
                beginnings.append(ids)
            } else {
                candidates = candidates.map { common($0, ids, isWhole: true) } ?? ids
            }
        }
        if var candidates {
            for ids in beginnings { candidates = common(candidates, ids, isWhole: false) }
            pending += candidates
            return leave(part)
        }
        for list in long {
            beginnings.append(try list.ids(in: part, limit: Self.share, db))
            work += 8
        }
        let farthest = beginnings.max { Self.reach($0) < Self.reach($1) }
        guard var farthest, let last = farthest.last, Self.reach(farthest) > 4 * Int64(farthest.count) else {
            // No filter, or only such that match much of what there is.
            return try lookAtRows(of: part, limit: limit, db)
        }
        for ids in beginnings { farthest = common(farthest, ids, isWhole: false) }
        pending += farthest
        leave(ascending ? part.lowerBound...last : last...part.upperBound)
    }

    /// Looks at the first rows of `part`, one after the other.
    private mutating func lookAtRows(of part: ClosedRange<Int64>, limit: Int, _ db: Database) throws {
        try takePending(limit: limit, db)
        guard records.count < limit else { return }
        let stretch =
            ascending
            ? part.lowerBound...min(part.upperBound, part.lowerBound + Self.stride - 1)
            : max(part.lowerBound, part.upperBound - Self.stride + 1)...part.upperBound
        let rows = try RawStatement(rowsInRange, db)
        rows.bind(1, stretch.lowerBound)
        rows.bind(2, stretch.upperBound)
        try take(rows, from: 3, limit: limit, db)
        // One behind the other they lie in the same pages.
        work += stretch.count / 3
        leave(stretch)
    }

    /// Those of `ids` that may be in `list` too, both in the walk's order. A list that isn't whole says nothing of what
    /// lies behind its end.
    private func common(_ ids: [Int64], _ list: [Int64], isWhole: Bool) -> [Int64] {
        var place = 0
        return ids.filter { id in
            while place < list.count, ascending ? list[place] < id : list[place] > id { place += 1 }
            return place < list.count ? list[place] == id : !isWhole
        }
    }

    /// How far the ids lie apart, the first and the last.
    private static func reach(_ ids: [Int64]) -> Int64 {
        guard let first = ids.first, let last = ids.last else { return 0 }
        return abs(first - last)
    }

    private mutating func takePending(limit: Int, _ db: Database) throws {
        guard !pending.isEmpty else { return }
        let rows = try RawStatement(rowsOfList, db)
        rows.bind(1, "[" + pending.map(String.init).joined(separator: ",") + "]")
        let before = records.count
        try take(rows, from: 2, limit: limit, db)
        work += 2 * pending.count - (records.count - before)
        pending.removeAll(keepingCapacity: true)
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
