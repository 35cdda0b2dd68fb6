internal import GRDB
internal import HashTreeCollections
internal import RoutingModel

extension CatalogRows {
    /// The stored catalog, none of it asked for since it was stored.
    /// - Throws: `StoreError` (`unreadable_row`), naming the service or the instance.
    static func all(_ db: Database) throws -> Catalog {
        var instances = try InstanceReader.all(db)
        var catalog = Catalog()
        let services = try Row.fetchCursor(
            db, sql: "SELECT name, datacenter, consul_index, last_success_at, skipped FROM catalog_services")
        while let row = try services.next() {
            var service = try service(row)
            service.instances = instances.removeValue(forKey: service.key) ?? [:]
            catalog.services[service.key] = service
        }
        return catalog
    }

    private static func service(_ row: Row) throws -> CatalogService {
        let key = ServiceKey(
            name: try row.decode(forColumn: "name"), datacenter: try row.decode(forColumn: "datacenter"))
        return try StoreError.reading("The stored service '\(key)'") {
            let index: Int64 = try row.decode(forColumn: "consul_index")
            let answered = try row.decode(Int64?.self, forColumn: "last_success_at").map(Timestamp.init(milliseconds:))
            let skipped: String = try row.decode(forColumn: "skipped")
            return CatalogService(
                key: key,
                watch: WatchStatus(
                    state: answered == nil ? .pending : .stale, consulIndex: UInt64(bitPattern: index),
                    lastSuccessAt: answered, staleSince: answered,
                    lastError: answered == nil ? nil : "not asked since the restart"),
                skipped: skipped == "[]" ? [] : try CanonicalJSON.decode([SkippedInstance].self, from: skipped))
        }
    }
}
