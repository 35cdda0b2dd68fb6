internal import GRDB
internal import RoutingModel

/// The table `ledger_last`: the newest entry of each kind about discovery for each service.
enum LedgerLastWords {
    static let kinds: Set<LedgerKind> = [.discoveryStale, .discoveryRecovered, .discoveryHeld, .discoveryAccepted]

    static func put(_ service: String, _ kind: LedgerKind, _ id: Int64, _ db: Database) throws {
        let statement = try RawStatement(
            """
            INSERT INTO ledger_last (service, kind, entry) VALUES (?, ?, ?)
            ON CONFLICT (service, kind) DO UPDATE SET entry = excluded.entry
            """, db)
        statement.bind(1, service)
        statement.bind(2, kind.rawValue)
        statement.bind(3, id)
        try statement.run()
    }
}
