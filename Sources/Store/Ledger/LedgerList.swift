internal import GRDB

/// The ids of the entries that one filter leaves, as an index has them in each segment.
struct LedgerList {
    /// Selects the ids in their order.
    let ordered: String
    /// Selects, of several values that lie side by side in the index, the ids in any order, with fewer looks at it.
    let gathered: String?
    private let values: [String]
    private let bounds: [String]
    private let ascending: Bool

    /// The ids of the entries that have one of `values`.
    /// - Parameters:
    ///   - selection: selects `id` for a value that is the parameter ?4; ?1 is the segment, ?2 and ?3 are the lowest and
    ///     the highest id.
    ///   - runs: `values` as stretches of neighbours in the index, when there are several; `run` selects `id` for a
    ///     stretch from the parameter ?4 to ?5, ?1 is the segment.
    ///   - ascending: oldest first.
    init(
        _ selection: String, _ values: [String], run: String = "", runs: [ClosedRange<String>] = [], ascending: Bool
    ) {
        let walks = values.indices.map { selection.replacing("?4", with: "?\($0 + 4)") }
        ordered =
            walks.joined(separator: " UNION ALL ")
            + " ORDER BY id\(ascending ? "" : " DESC") LIMIT ?\(values.count + 4)"
        let looks = runs.indices.map { place in
            run.replacing("?5", with: "?\(place * 2 + 5)").replacing("?4", with: "?\(place * 2 + 4)")
        }
        gathered =
            values.count > 2 && !runs.isEmpty
            ? looks.joined(separator: " UNION ALL ") + " LIMIT ?\(runs.count * 2 + 4)" : nil
        bounds = runs.flatMap { [$0.lowerBound, $0.upperBound] }
        self.values = values
        self.ascending = ascending
    }

    /// The ids of the list within `part`, which lies in one segment, if it can quickly be said that they are less than
    /// `limit`; or its first `limit`. Nil: it has many, and to have them in their order takes longer.
    func quickly(in part: ClosedRange<Int64>, limit: Int, _ db: Database) throws -> [Int64]? {
        guard let gathered else { return try ids(in: part, limit: limit, db) }
        let statement = try RawStatement(gathered, db)
        defer { statement.reset() }
        statement.bind(1, LedgerSegment.number(of: part.lowerBound))
        for (number, value) in bounds.enumerated() { statement.bind(Int32(number + 4), value) }
        statement.bind(Int32(bounds.count + 4), limit)
        var found: [Int64] = []
        var count = 0
        while try statement.step() {
            count += 1
            let id = statement.integer(0)
            if part.contains(id) { found.append(id) }
        }
        guard count < limit else { return nil }
        return ascending ? found.sorted() : found.sorted(by: >)
    }

    /// The first ids of the list within `part`, which lies in one segment; at most `limit`.
    func ids(in part: ClosedRange<Int64>, limit: Int, _ db: Database) throws -> [Int64] {
        let statement = try RawStatement(ordered, db)
        defer { statement.reset() }
        statement.bind(1, LedgerSegment.number(of: part.lowerBound))
        statement.bind(2, part.lowerBound)
        statement.bind(3, part.upperBound)
        for (number, value) in values.enumerated() { statement.bind(Int32(number + 4), value) }
        statement.bind(Int32(values.count + 4), limit)
        var found: [Int64] = []
        found.reserveCapacity(limit)
        while try statement.step() { found.append(statement.integer(0)) }
        return found
    }
}
