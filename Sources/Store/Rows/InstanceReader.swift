internal import GRDB
internal import GRDBSQLite
internal import RoutingModel

/// Reads `catalog_instances` off SQLite's own cursor: with a hundred thousand rows, what is spent on each makes the
/// start. What equals an earlier row's (node names, tags, meta) is shared with it.
struct InstanceReader {
    private let strings = Interner<String>()
    private let tags = Interner<[String]>()
    private let metas = Interner<[String: String]>()
    private let healths = Interner<Health>()
    private let row: OpaquePointer

    /// The instances of every service.
    /// - Throws: `StoreError` (`unreadable_row`), naming the instance.
    static func all(_ db: Database) throws -> [ServiceKey: [PeerID: Instance]] {
        let statement = try db.makeStatement(
            sql: """
                SELECT service, datacenter, peer, node, address, port, tags, meta, passing_weight, warning_weight,
                    health, document
                FROM catalog_instances ORDER BY service, datacenter
                """)
        let reader = InstanceReader(row: statement.sqliteStatement)
        let rows = try Row.fetchCursor(statement)
        var all: [ServiceKey: [PeerID: Instance]] = [:]
        var key: ServiceKey?
        var instances: [Instance] = []

        func finish() {
            guard let key else { return }
            var members: [PeerID: Instance] = Dictionary(minimumCapacity: instances.count)
            for instance in instances { members[instance.id] = instance }
            all[key] = members
            instances.removeAll(keepingCapacity: true)
        }
        while try rows.next() != nil {
            if try key.map(reader.isOf) != true {
                finish()
                key = ServiceKey(name: try reader.text(0, "service"), datacenter: try reader.text(1, "datacenter"))
            }
            if let key { instances.append(try reader.instance(of: key)) }
        }
        finish()
        return all
    }

    private init(row: OpaquePointer) { self.row = row }

    /// Whether the row is one of `service`, byte by byte.
    private func isOf(_ service: ServiceKey) throws -> Bool {
        bytes(0).elementsEqual(service.name.utf8) && bytes(1).elementsEqual(service.datacenter.utf8)
    }

    private func instance(of service: ServiceKey) throws -> Instance {
        do {
            if sqlite3_column_type(row, 11) != SQLITE_NULL {
                return try CanonicalJSON.decode(Instance.self, from: text(11, "document"))
            }
            return try instance(of: service.name)
        } catch {
            let peer = String(decoding: bytes(2), as: UTF8.self)
            throw StoreError.unreadable("The stored instance '\(peer)' of the service '\(service)'", error)
        }
    }

    private func instance(of service: String) throws -> Instance {
        let peer = bytes(2)
        let node = bytes(3)
        guard peer.count > node.count, peer[node.count] == UInt8(ascii: "~"),
            peer.prefix(node.count).elementsEqual(node)
        else { throw StoreError(.unreadableRow, "its id doesn't begin with its node") }
        let health = try healths.value(of: bytes(10)) { text in
            let text = try Self.text(text, "health")
            guard let health = Health(rawValue: text) else {
                throw StoreError(.unreadableRow, "this program doesn't know the health '\(text)'")
            }
            return health
        }
        return Instance(
            id: PeerID(try text(2, "id")), node: try shared(3, "node"),
            service: service, address: try text(4, "address"), port: Int(sqlite3_column_int64(row, 5)),
            tags: try list(6), meta: try map(7),
            weights: InstanceWeights(
                passing: Int(sqlite3_column_int64(row, 8)), warning: Int(sqlite3_column_int64(row, 9))),
            health: health)
    }

    // MARK: Columns

    /// The bytes of a text; SQLite keeps them until the next row.
    private func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        // The length has to be asked after the text: https://www.sqlite.org/c3ref/column_blob.html
        let start = sqlite3_column_text(row, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(row, column)))
    }

    private func text(_ column: Int32, _ name: String) throws -> String { try Self.text(bytes(column), name) }

    private static func text(_ bytes: UnsafeRawBufferPointer, _ name: String) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw StoreError(.unreadableRow, "its \(name) is not UTF-8")
        }
        return text
    }

    private func shared(_ column: Int32, _ name: String) throws -> String {
        try strings.value(of: bytes(column)) { try Self.text($0, name) }
    }

    private func list(_ column: Int32) throws -> [String] {
        try tags.value(of: bytes(column)) { json in
            if let items = PlainJSON.strings(json, { string($0) }) { return items }
            return try CanonicalJSON.decode([String].self, from: Self.text(json, "tags"))
        }
    }

    private func map(_ column: Int32) throws -> [String: String] {
        try metas.value(of: bytes(column)) { json in
            if let members = PlainJSON.members(json, { string($0) }) { return members }
            return try CanonicalJSON.decode([String: String].self, from: Self.text(json, "meta"))
        }
    }

    private func string(_ bytes: UnsafeRawBufferPointer) -> String? {
        try? strings.value(of: bytes) { try Self.text($0, "") }
    }
}
