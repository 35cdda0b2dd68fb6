internal import GRDB

/// What `ledger_groups` says of a stretch of ids.
struct LedgerPostings {
    private var groups: [Int64: Set<String>] = [:]

    init(_ ids: ClosedRange<Int64>, _ db: Database) throws {
        let statement = try RawStatement(
            """
            SELECT entry, group_name FROM ledger_groups
            WHERE segment BETWEEN ? AND ? AND entry BETWEEN ? AND ?
            """, db)
        defer { statement.reset() }
        statement.bind(1, LedgerSegment.number(of: ids.lowerBound))
        statement.bind(2, LedgerSegment.number(of: ids.upperBound))
        statement.bind(3, ids.lowerBound)
        statement.bind(4, ids.upperBound)
        while try statement.step() {
            groups[statement.integer(0), default: []].insert(try statement.text(1) ?? "")
        }
    }

    /// The groups of the entry `id`, which are taken away.
    mutating func take(_ id: Int64) -> Set<String> { groups.removeValue(forKey: id) ?? [] }

    /// The entries whose groups were not taken.
    var rest: [Int64] { groups.keys.sorted() }
}
