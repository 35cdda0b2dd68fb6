internal import GRDB
internal import RoutingModel

/// An instance as a row of `catalog_instances`, ready to be stored.
struct InstanceRow: Sendable {
    private let key: ServiceKey
    private let instance: Instance
    private let tags: String
    private let meta: String
    /// Nil: the columns say it all.
    private let document: String?

    /// - Throws: `EncodingError`, which no value that came from JSON gives.
    init(_ instance: Instance, of key: ServiceKey) throws {
        self.key = key
        self.instance = instance
        tags = instance.tags.isEmpty ? "[]" : try PlainJSON.text(.array(instance.tags.map { .string($0) }))
        meta = instance.meta.isEmpty ? "{}" : try PlainJSON.text(.object(instance.meta.mapValues { .string($0) }))
        let fits =
            instance.service == key.name
            && !instance.id.description.hasNUL && !instance.address.hasNUL
        document = fits ? nil : try CanonicalJSON.text(instance)
    }

    /// Stores instances, each over the one of the same id.
    static func put(_ rows: [InstanceRow], _ db: Database) throws {
        guard !rows.isEmpty else { return }
        let statement = try RawStatement(
            """
            INSERT INTO catalog_instances (service, datacenter, peer, node, address, port, tags, meta,
                passing_weight, warning_weight, health, document)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (service, datacenter, peer) DO UPDATE
            SET node = excluded.node, address = excluded.address, port = excluded.port, tags = excluded.tags,
                meta = excluded.meta, passing_weight = excluded.passing_weight,
                warning_weight = excluded.warning_weight, health = excluded.health, document = excluded.document
            """, db)
        for row in rows {
            let instance = row.instance
            statement.bind(1, row.key.name.columnText)
            statement.bind(2, row.key.datacenter.columnText)
            statement.bind(3, instance.id.columnText)
            statement.bind(4, instance.node.columnText)
            statement.bind(5, instance.address.columnText)
            statement.bind(6, instance.port)
            statement.bind(7, row.tags)
            statement.bind(8, row.meta)
            statement.bind(9, instance.weights.passing)
            statement.bind(10, instance.weights.warning)
            statement.bind(11, instance.health.rawValue)
            statement.bind(12, row.document)
            try statement.run()
        }
    }
}
