internal import GRDB
internal import RoutingModel

/// A `CatalogCommit` as rows.
struct CatalogRows: Sendable {
    private let services: [(service: CatalogService, skipped: String)]
    private let forgotten: [ServiceKey]
    private let changed: [InstanceRow]
    private let removed: [(key: ServiceKey, peer: PeerID)]
    /// To be inserted after all rows.
    let entries: [LedgerRow]

    /// - Throws: `EncodingError`, which no value that came from JSON gives.
    init(_ commit: CatalogCommit) throws {
        services = try commit.services.map { ($0, $0.skipped.isEmpty ? "[]" : try CanonicalJSON.text($0.skipped)) }
        forgotten = commit.forgotten
        changed = try commit.changed.flatMap { key, instances in
            try instances.map { try InstanceRow($0, of: key) }
        }
        removed = commit.removed.flatMap { key, peers in peers.map { (key, $0) } }
        entries = try commit.entries.map(LedgerRow.init)
    }

    /// Writes all but the entries.
    func write(_ db: Database) throws {
        for key in forgotten {
            try db.cachedStatement(sql: "DELETE FROM catalog_services WHERE name = ? AND datacenter = ?")
                .execute(arguments: [key.name.columnText, key.datacenter.columnText])
        }
        for (service, skipped) in services { try Self.put(service, skipped: skipped, db) }
        for (key, peer) in removed {
            try db.cachedStatement(
                sql: "DELETE FROM catalog_instances WHERE service = ? AND datacenter = ? AND peer = ?"
            ).execute(arguments: [key.name.columnText, key.datacenter.columnText, peer.columnText])
        }
        try InstanceRow.put(changed, db)
    }

    private static func put(_ service: CatalogService, skipped: String, _ db: Database) throws {
        let statement = try RawStatement(
            """
            INSERT INTO catalog_services (name, datacenter, consul_index, last_success_at, skipped)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (name, datacenter) DO UPDATE
            SET consul_index = excluded.consul_index, last_success_at = excluded.last_success_at,
                skipped = excluded.skipped
            """, db)
        statement.bind(1, service.key.name.columnText)
        statement.bind(2, service.key.datacenter.columnText)
        statement.bind(3, Int64(bitPattern: service.watch.consulIndex))
        statement.bind(4, service.watch.lastSuccessAt?.milliseconds)
        statement.bind(5, skipped)
        try statement.run()
    }
}
