internal import GRDB
internal import HashTreeCollections
internal import RoutingModel

/// A `CatalogCommit` as rows.
struct CatalogRows: Sendable {
    private let services: [(service: CatalogService, skipped: String)]
    private let forgotten: [ServiceKey]
    private let changed: [(key: ServiceKey, peer: PeerID, document: String)]
    private let removed: [(key: ServiceKey, peer: PeerID)]
    private let entries: [LedgerRow]

    /// - Throws: `EncodingError`, which no value that came from JSON gives.
    init(_ commit: CatalogCommit) throws {
        services = try commit.services.map { ($0, try CanonicalJSON.text($0.skipped)) }
        forgotten = commit.forgotten
        changed = try commit.changed.flatMap { key, instances in
            try instances.map { (key, $0.id, try CanonicalJSON.text($0)) }
        }
        removed = commit.removed.flatMap { key, peers in peers.map { (key, $0) } }
        entries = try commit.entries.map(LedgerRow.init)
    }

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
        for (key, peer, document) in changed {
            try db.cachedStatement(
                sql: """
                    INSERT INTO catalog_instances (service, datacenter, peer, document) VALUES (?, ?, ?, ?)
                    ON CONFLICT (service, datacenter, peer) DO UPDATE SET document = excluded.document
                    """
            ).execute(arguments: [key.name.columnText, key.datacenter.columnText, peer.columnText, document])
        }
        try LedgerRow.insert(entries, db)
    }

    private static func put(_ service: CatalogService, skipped: String, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO catalog_services (name, datacenter, consul_index, last_success_at, skipped)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (name, datacenter) DO UPDATE
                SET consul_index = excluded.consul_index, last_success_at = excluded.last_success_at,
                    skipped = excluded.skipped
                """
        ).execute(arguments: [
            service.key.name.columnText, service.key.datacenter.columnText,
            Int64(bitPattern: service.watch.consulIndex), service.watch.lastSuccessAt?.milliseconds, skipped,
        ])
    }

    /// The stored catalog, none of it asked for since it was stored.
    /// - Throws: `StoreError` (`unreadable_row`), naming the service or the instance.
    static func all(_ db: Database) throws -> Catalog {
        var catalog = Catalog()
        let services = try Row.fetchCursor(
            db, sql: "SELECT name, datacenter, consul_index, last_success_at, skipped FROM catalog_services")
        while let row = try services.next() {
            let service = try service(row)
            catalog.services[service.key] = service
        }
        let instances = try Row.fetchCursor(
            db, sql: "SELECT service, datacenter, peer, document FROM catalog_instances")
        while let row = try instances.next() {
            let instance = try instance(row)
            catalog.services[instance.key]?.instances[instance.value.id] = instance.value
        }
        return catalog
    }

    private static func service(_ row: Row) throws -> CatalogService {
        let key = ServiceKey(
            name: try row.decode(forColumn: "name"), datacenter: try row.decode(forColumn: "datacenter"))
        return try StoreError.reading("The stored service '\(key)'") {
            let index: Int64 = try row.decode(forColumn: "consul_index")
            let answered = try row.decode(Int64?.self, forColumn: "last_success_at").map(Timestamp.init(milliseconds:))
            return CatalogService(
                key: key,
                watch: WatchStatus(
                    state: answered == nil ? .pending : .stale, consulIndex: UInt64(bitPattern: index),
                    lastSuccessAt: answered, staleSince: answered,
                    lastError: answered == nil ? nil : "not asked since the restart"),
                skipped: try CanonicalJSON.decode([SkippedInstance].self, from: row.decode(forColumn: "skipped")))
        }
    }

    private static func instance(_ row: Row) throws -> (key: ServiceKey, value: Instance) {
        let key = ServiceKey(
            name: try row.decode(forColumn: "service"), datacenter: try row.decode(forColumn: "datacenter"))
        let peer: String = try row.decode(forColumn: "peer")
        return try StoreError.reading("The stored instance '\(peer)' of the service '\(key)'") {
            (key, try CanonicalJSON.decode(Instance.self, from: row.decode(forColumn: "document")))
        }
    }
}
