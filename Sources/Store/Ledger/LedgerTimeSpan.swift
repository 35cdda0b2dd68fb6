internal import GRDB
internal import RoutingModel

/// A span of time, and where in the ledger its entries can be: `ledger_times` has the oldest and newest time of each
/// segment, and of each block of 256 ids, so nothing relies on a clock that never goes back.
struct LedgerTimeSpan {
    private let since: Int64
    private let until: Int64
    private let ascending: Bool

    /// - Parameters:
    ///   - since: from this moment on; nil: from the beginning.
    ///   - until: before this moment; nil: without end.
    init(since: Timestamp?, until: Timestamp?, ascending: Bool) {
        self.since = since?.milliseconds ?? .min
        self.until = until?.milliseconds ?? .max
        self.ascending = ascending
    }

    /// The next ids in `ids`, in the walk's direction, whose entries may lie in the span; they are all in one segment.
    /// Nil: there are none.
    func next(in ids: ClosedRange<Int64>, _ db: Database) throws -> ClosedRange<Int64>? {
        guard isBounded else {
            guard let nearest = try nearest(in: ids, db) else { return nil }
            return LedgerSegment.ids(of: LedgerSegment.number(of: nearest)).clamped(to: ids)
        }
        let segments = LedgerSegment.number(of: ids.lowerBound)...LedgerSegment.number(of: ids.upperBound)
        // A segment may have the time and none of its blocks within `ids`, so the one behind it is to be asked for.
        var left: ClosedRange<Int64>? = segments
        while let range = left, let segment = try stretch(in: range, bits: LedgerSegment.bits, db) {
            let part = LedgerSegment.ids(of: segment.number).clamped(to: ids)
            if segment.isWhole { return part }
            if let blocks = try blocks(in: part, db) { return blocks.clamped(to: part) }
            if ascending {
                left = segment.number < range.upperBound ? (segment.number + 1)...range.upperBound : nil
            } else {
                left = segment.number > range.lowerBound ? range.lowerBound...(segment.number - 1) : nil
            }
        }
        return nil
    }

    private var isBounded: Bool { since != .min || until != .max }

    /// The first id in `ids`, in the walk's direction, that is an entry's.
    private func nearest(in ids: ClosedRange<Int64>, _ db: Database) throws -> Int64? {
        let statement = try RawStatement(
            "SELECT \(ascending ? "min" : "max")(id) FROM ledger WHERE id BETWEEN ? AND ?", db)
        defer { statement.reset() }
        statement.bind(1, ids.lowerBound)
        statement.bind(2, ids.upperBound)
        return try statement.step() ? statement.optionalInteger(0) : nil
    }

    /// The ids of the first block in `part` that has entries of the span, with those right behind it that have too.
    private func blocks(in part: ClosedRange<Int64>, _ db: Database) throws -> ClosedRange<Int64>? {
        let bits = LedgerSegment.blockBits
        let statement = try statement(
            in: (part.lowerBound >> bits)...(part.upperBound >> bits), bits: bits, limit: Self.blocks, db)
        defer { statement.reset() }
        var found: ClosedRange<Int64>?
        while try statement.step() {
            let number = statement.integer(0)
            guard let before = found else {
                found = number...number
                continue
            }
            guard number == (ascending ? before.upperBound + 1 : before.lowerBound - 1) else { break }
            found = min(before.lowerBound, number)...max(before.upperBound, number)
        }
        return found.map { blocks in
            LedgerSegment.ids(of: blocks.lowerBound, bits: bits)
                .lowerBound...LedgerSegment.ids(
                    of: blocks.upperBound, bits: bits
                ).upperBound
        }
    }

    /// How many blocks are looked at together at most.
    private static let blocks = 64

    /// The first stretch in `range` that has entries of the span, and whether it has no others.
    private func stretch(
        in range: ClosedRange<Int64>, bits: Int64, _ db: Database
    ) throws -> (number: Int64, isWhole: Bool)? {
        let statement = try statement(in: range, bits: bits, limit: 1, db)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return (statement.integer(0), statement.integer(1) >= since && statement.integer(2) < until)
    }

    /// Selects number, oldest and newest time of the first stretches in `range` that have entries of the span.
    private func statement(
        in range: ClosedRange<Int64>, bits: Int64, limit: Int, _ db: Database
    ) throws -> RawStatement {
        let statement = try RawStatement(
            """
            SELECT number, oldest, newest FROM ledger_times
            WHERE bits = ? AND number BETWEEN ? AND ? AND newest >= ? AND oldest < ?
            ORDER BY number\(ascending ? "" : " DESC") LIMIT ?
            """, db)
        statement.bind(1, bits)
        statement.bind(2, range.lowerBound)
        statement.bind(3, range.upperBound)
        statement.bind(4, since)
        statement.bind(5, until)
        statement.bind(6, limit)
        return statement
    }
}
