internal import GRDB
internal import RoutingModel

/// The oldest entries of the ledger, which are to go.
struct LedgerTrimming: Sendable {
    /// How many ids are deleted in one transaction.
    static let stride: Int64 = 2_000

    /// The last that goes.
    private let through: Int64
    private let count: Int

    /// What is to go; nil: nothing.
    static func plan(keepingRows: Int?, since: Timestamp?, _ db: Database) throws -> LedgerTrimming? {
        let chain = try LedgerChain.stored(db)
        var through = chain.trimmed
        // Ids have no gaps unless somebody made them, so they count rows.
        if let keepingRows { through = max(through, chain.head - Int64(max(keepingRows, 0))) }
        if let since { through = max(through, (try firstID(since: since, db) ?? chain.head + 1) - 1) }
        through = min(through, chain.head)
        guard through > chain.trimmed else { return nil }
        let count =
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM ledger WHERE id > ? AND id <= ?", arguments: [chain.trimmed, through])
            ?? 0
        return count > 0 ? LedgerTrimming(through: through, count: count) : nil
    }

    /// The first entry that is not older than `since`.
    private static func firstID(since: Timestamp, _ db: Database) throws -> Int64? {
        var walk = LedgerWalk(
            LedgerQuery(since: since), ids: 1...max(try LedgerChain.stored(db).head, 1), ascending: true,
            allowance: .max)
        try walk.run(limit: 1, db)
        return walk.records.first?.id
    }

    /// Says in the ledger that they go, and has the chain begin behind them.
    func announce(at: Timestamp, index: Int, _ db: Database) throws {
        var chain = try LedgerChain.stored(db)
        // Somebody else was faster.
        guard through > chain.trimmed else { return }
        chain.trimmed = through
        if through > chain.anchor {
            let hash = try RawStatement("SELECT hash FROM ledger WHERE id = ?", db)
            hash.bind(1, through)
            guard try hash.step(), let bytes = hash.bytes(0), bytes.count == LedgerEncoding.hashSize else {
                throw StoreError(
                    .unreadableRow,
                    "The ledger can't be trimmed up to the entry \(through): it has no hash to go on from.")
            }
            chain.anchorHash = Array(bytes)
            chain.anchor = through
            hash.reset()
        }
        try chain.store(db)
        let entry = LedgerEntry(
            at: at, kind: .configLedgerTrimmed, actor: "signalbox",
            after: [
                "through": .integer(through), "count": .integer(Int64(count)),
                "hash": .string(LedgerEncoding.hexadecimal(chain.anchorHash)),
            ], revision: try SQLiteStore.lastRevision(db), index: index)
        try LedgerRow.insert([LedgerRow(entry)], db)
    }

    /// Deletes the oldest of what is to go, and gives how many that were; 0: nothing is left.
    static func deleteSome(_ db: Database) throws -> Int {
        let trimmed = try LedgerChain.stored(db).trimmed
        let oldest = try Int64.fetchOne(
            db, SQLRequest(sql: "SELECT min(id) FROM ledger WHERE id <= ?", arguments: [trimmed], cached: true))
        guard let oldest else { return 0 }
        let segment = LedgerSegment.number(of: oldest)
        let last = min(trimmed, oldest + stride - 1, LedgerSegment.ids(of: segment).upperBound)
        try db.cachedStatement(sql: "DELETE FROM ledger_groups WHERE segment = ? AND entry <= ?")
            .execute(arguments: [segment, last])
        try db.cachedStatement(sql: "DELETE FROM ledger WHERE id BETWEEN ? AND ?").execute(arguments: [oldest, last])
        let count = db.changesCount
        for bits in [LedgerSegment.bits, LedgerSegment.blockBits] {
            try db.cachedStatement(sql: "DELETE FROM ledger_times WHERE bits = ? AND number < ?")
                .execute(arguments: [bits, (last + 1) >> bits])
        }
        return count
    }
}
