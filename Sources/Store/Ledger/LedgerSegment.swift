/// A stretch of the ledger: the entries whose ids agree in all but the lowest 16 bits. Every index begins with it
/// (`migrations/0004_ledger_chain.sql` says why).
enum LedgerSegment {
    /// How many of an id's lowest bits a segment leaves out, and a block: the smaller stretch by which times are found.
    static let bits: Int64 = 16
    static let blockBits: Int64 = 8

    static func number(of id: Int64) -> Int64 { id >> bits }

    /// The ids of the stretch `number`.
    static func ids(of number: Int64, bits: Int64 = bits) -> ClosedRange<Int64> {
        (number << bits)...((number << bits) | ((1 << bits) - 1))
    }
}
