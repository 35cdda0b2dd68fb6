import Foundation
import GRDB
import HashTreeCollections
import RoutingModel
import Testing

@testable import Store

@Suite struct InstanceMigrationTests {
    static let star = ServiceKey(name: "star", datacenter: "dc2")
    static let first = Array(EmbeddedMigrations.all.prefix(1))

    /// Nothing of theirs is as usual: a tilde in the node, a quote and a NUL in the id, another service's name.
    static let instances = [
        Samples.instance("a", tags: ["v2", "v1"]),
        Instance(
            node: "n~1", serviceID: "é \"~\n", service: "star", address: "fd00::1", port: 1,
            tags: ["a,b", "\"", "\u{1}"],
            meta: ["k\\": "/\u{7F}é", "": ""], weights: InstanceWeights(passing: 0, warning: 65_535), health: .critical),
        Instance(
            node: "n2", serviceID: "b", service: "star", address: "10.0.0.2", port: 65_535, health: .maintenance),
        Samples.instance("a\0b"),
        Samples.instance("other", of: "Star"),
    ]

    /// A database as the first schema had it, with services, instances and whatever `work` adds.
    static func old(in folder: StoreFolder, _ work: @escaping @Sendable (Database) throws -> Void = { _ in })
        async throws
    {
        let store = try SQLiteStore(path: folder.database, migrations: first)
        try await store.pool.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    INSERT INTO catalog_services (name, datacenter, consul_index, last_success_at, skipped)
                    VALUES ('star', 'dc2', 7, 1700000000000, '[{"id":"n1~x","reason":"has no port"}]'),
                        ('moon', '', 8, NULL, '[]')
                    """)
            for instance in instances { try add(instance.id.columnText, try CanonicalJSON.text(instance), db) }
            try work(db)
        }
        try store.close()
    }

    static func add(_ peer: String, _ document: String, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO catalog_instances (service, datacenter, peer, document) VALUES ('star', 'dc2', ?, ?)",
            arguments: [peer, document])
    }

    static func isComplete(_ store: SQLiteStore) throws -> Bool {
        let catalog = try store.load().catalog
        let found = try #require(catalog.services[star])
        #expect(found.sortedInstances == instances.sorted { $0.id < $1.id })
        #expect(found.sortedInstances.map(\.serviceID) == instances.sorted { $0.id < $1.id }.map(\.serviceID))
        #expect(found.watch.consulIndex == 7)
        #expect(found.skipped.count == 1)
        return catalog.services.count == 2
    }

    @Test("Instances that the first schema kept as documents are all there, in columns where they fit")
    func conversion() async throws {
        try await StoreFolder.with { folder in
            try await Self.old(in: folder)
            let store = try SQLiteStore(path: folder.database)
            #expect(try Self.isComplete(store))
            let documents = try await store.pool.read { db in
                try String.fetchAll(db, sql: "SELECT peer FROM catalog_instances WHERE document IS NOT NULL")
            }
            #expect(Set(documents) == ["n1~a\u{FFFD}b", "n1~other"])

            // What is stored from then on finds the rows of before.
            let changed = Self.instances.map { instance in
                var changed = instance
                changed.port = 4000
                return changed
            }
            try await store.record([CatalogCommit(changed: [Self.star: changed])])
            let ports = try store.load().catalog.services[Self.star]?.sortedInstances.map(\.port)
            #expect(ports == Array(repeating: 4000, count: Self.instances.count))
            try await store.record([CatalogCommit(forgotten: [Self.star])])
            let left = try await store.pool.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM catalog_instances")
            }
            #expect(left == 0)
        }
    }

    @Test("A conversion that is interrupted leaves everything as it was")
    func interruption() async throws {
        try await StoreFolder.with { folder in
            try await Self.old(in: folder)
            let second = EmbeddedMigrations.all[1]
            let broken = Migration(name: second.name, bytes: second.bytes + Array("SELECT nonsense;".utf8))
            #expect(throws: StoreError.self) {
                try SQLiteStore(path: folder.database, migrations: Self.first + [broken])
            }
            let (documents, applied) = try await DatabaseQueue(path: folder.database).read { db in
                (
                    try String.fetchAll(db, sql: "SELECT document FROM catalog_instances"),
                    try String.fetchAll(db, sql: "SELECT name FROM migrations")
                )
            }
            #expect(Set(documents) == Set(try Self.instances.map { try CanonicalJSON.text($0) }))
            #expect(applied == Self.first.map(\.name))
            #expect(try Self.isComplete(SQLiteStore(path: folder.database)))
        }
    }

    @Test(
        "A document that could not be read before doesn't stop the conversion, and is named afterwards",
        arguments: [
            "", "no JSON", "[]", #"{"id":"n1~bad"}"#,
            #"{"address":7,"health":"passing","id":"n1~bad","meta":{},"node":"n1","port":1,"service":"star","#
                + #""service_id":"bad","tags":[],"weights":{"passing":1,"warning":1}}"#,
            #"{"address":"a","health":"ill","id":"n1~bad","meta":{},"node":"n1","port":1,"service":"star","#
                + #""service_id":"bad","tags":[],"weights":{"passing":1,"warning":1}}"#,
            #"{"address":"a","health":"passing","id":"n1~bad","meta":{"a":1},"node":"n1","port":1,"service":"star","#
                + #""service_id":"bad","tags":[],"weights":{"passing":1,"warning":1}}"#,
        ])
    func unreadable(document: String) async throws {
        try await StoreFolder.with { folder in
            try await Self.old(in: folder) { db in try Self.add("n1~bad", document, db) }
            let store = try SQLiteStore(path: folder.database)
            let error = #expect(throws: StoreError.self) { try store.load() }
            #expect(error?.code == .unreadableRow)
            #expect(error?.detail.contains("'n1~bad' of the service 'star@dc2'") == true)
        }
    }
}
