internal import GRDB

/// Collects the oldest and newest time of the stretch of ids that is being written, for `ledger_times`.
struct LedgerTimes {
    private let bits: Int64
    private var number: Int64?
    private var oldest = Int64.max
    private var newest = Int64.min

    /// - Parameter bits: how many of an id's lowest bits a stretch leaves out.
    init(bits: Int64) { self.bits = bits }

    /// Takes in an entry; ids come in their order.
    mutating func add(_ at: Int64, _ id: Int64, _ db: Database) throws {
        if number != id >> bits {
            try flush(db)
            number = id >> bits
        }
        oldest = min(oldest, at)
        newest = max(newest, at)
    }

    /// Writes what was taken in.
    mutating func flush(_ db: Database) throws {
        guard let number else { return }
        let statement = try RawStatement(
            """
            INSERT INTO ledger_times (bits, number, oldest, newest) VALUES (?, ?, ?, ?)
            ON CONFLICT (bits, number) DO UPDATE
            SET oldest = min(oldest, excluded.oldest), newest = max(newest, excluded.newest)
            """, db)
        statement.bind(1, bits)
        statement.bind(2, number)
        statement.bind(3, oldest)
        statement.bind(4, newest)
        try statement.run()
        self.number = nil
        oldest = .max
        newest = .min
    }
}
