internal import GRDB

/// The row of `ledger_chain`: where the chain of hashes begins and ends.
struct LedgerChain: Hashable, Sendable {
    /// Entries up to this id are older than the chain.
    var unchained: Int64
    /// Entries up to this id were deleted, or are about to be.
    var trimmed: Int64
    /// The chain begins behind this id, going on from this hash.
    var anchor: Int64
    var anchorHash: [UInt8]
    /// The newest entry, and its hash.
    var head: Int64
    var headHash: [UInt8]

    /// - Throws: `StoreError` when there is none: somebody else has been at the database.
    static func stored(_ db: Database) throws -> LedgerChain {
        let statement = try RawStatement(
            "SELECT unchained, trimmed, anchor, anchor_hash, head, head_hash FROM ledger_chain", db)
        defer { statement.reset() }
        guard try statement.step() else {
            throw StoreError(.unreadableRow, "The record of where the ledger's chain begins and ends is gone.")
        }
        return LedgerChain(
            unchained: statement.integer(0), trimmed: statement.integer(1), anchor: statement.integer(2),
            anchorHash: statement.bytes(3).map(Array.init) ?? [], head: statement.integer(4),
            headHash: statement.bytes(5).map(Array.init) ?? [])
    }

    func store(_ db: Database) throws {
        let statement = try RawStatement(
            """
            UPDATE ledger_chain
            SET unchained = ?, trimmed = ?, anchor = ?, anchor_hash = ?, head = ?, head_hash = ?
            """, db)
        statement.bind(1, unchained)
        statement.bind(2, trimmed)
        statement.bind(3, anchor)
        statement.bind(4, blob: anchorHash)
        statement.bind(5, head)
        statement.bind(6, blob: headHash)
        try statement.run()
    }
}
