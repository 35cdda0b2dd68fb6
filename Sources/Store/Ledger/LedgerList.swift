internal import GRDB

/// The ids of the entries that one filter leaves, as an index has them in each segment.
struct LedgerList {
    private let sql: String
    private let values: [String]

    /// - Parameters:
    ///   - selection: selects `id`; ?1 is the segment, ?2 and ?3 are the lowest and the highest id, `values` begin at ?4.
    ///   - ascending: oldest first.
    init(_ selection: String, _ values: [String], ascending: Bool) {
        sql = "\(selection) ORDER BY id\(ascending ? "" : " DESC") LIMIT ?\(values.count + 4)"
        self.values = values
    }

    /// The statement, for a look at its plan.
    var statement: String { sql }

    /// The first ids of the list within `ids`, which lie in one segment; at most `limit`.
    func ids(in ids: ClosedRange<Int64>, limit: Int, _ db: Database) throws -> [Int64] {
        let statement = try RawStatement(sql, db)
        defer { statement.reset() }
        statement.bind(1, LedgerSegment.number(of: ids.lowerBound))
        statement.bind(2, ids.lowerBound)
        statement.bind(3, ids.upperBound)
        for (number, value) in values.enumerated() { statement.bind(Int32(number + 4), value) }
        statement.bind(Int32(values.count + 4), limit)
        var found: [Int64] = []
        found.reserveCapacity(limit)
        while try statement.step() { found.append(statement.integer(0)) }
        return found
    }
}
