internal import GRDB

/// The rows of the table `state`: numbers that only grow.
enum StateKey: String {
    /// Every snapshot index ever published is at most this.
    case indexFloor = "index_floor"

    /// The stored number, 0 when there is none.
    func value(_ db: Database) throws -> Int64 {
        let request = SQLRequest<Int64>(
            sql: "SELECT value FROM state WHERE key = ?", arguments: [rawValue], cached: true)
        return try request.fetchOne(db) ?? 0
    }

    /// Stores `value` unless the stored number is as large.
    func raise(to value: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO state (key, value) VALUES (?, ?)
                ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)
                """
        ).execute(arguments: [rawValue, value])
    }
}
