import GRDB
import HashTreeCollections
import RoutingModel
import Testing

@testable import Store

@Suite struct CatalogStoreTests {
    let star = ServiceKey(name: "star")
    let far = ServiceKey(name: "star", datacenter: "dc2")

    func service(_ key: ServiceKey, index: UInt64 = 7, at: Int64? = 0) -> CatalogService {
        CatalogService(
            key: key, watch: WatchStatus(state: .fresh, consulIndex: index, lastSuccessAt: at.map(Samples.time)),
            skipped: [SkippedInstance(id: PeerID("n1~x"), reason: "has no port")])
    }

    @Test("A service comes back with its instances, stale since its last answer")
    func roundTrip() async throws {
        try await StoreFolder.with { folder in
            var store = try SQLiteStore(path: folder.database)
            try await store.record([
                CatalogCommit(
                    services: [service(star, index: .max), service(far, at: nil)],
                    changed: [star: [Samples.instance("a", tags: ["v2", "v1"]), Samples.instance("b")]],
                    entries: [Samples.entry(service: "star", peer: "n1~a")])
            ])
            try store.close()
            store = try SQLiteStore(path: folder.database)
            let catalog = try store.load().catalog
            let loaded = try #require(catalog.services[star])
            #expect(
                loaded.watch
                    == WatchStatus(
                        state: .stale, consulIndex: .max, lastSuccessAt: Samples.time(0), staleSince: Samples.time(0),
                        lastError: "not asked since the restart"))
            #expect(loaded.sortedInstances == [Samples.instance("a", tags: ["v1", "v2"]), Samples.instance("b")])
            #expect(loaded.skipped == service(star).skipped)
            #expect(catalog.services[far]?.watch == WatchStatus(state: .pending, consulIndex: 7))
            #expect(catalog.services.count == 2)
            #expect(try await store.ledger(LedgerQuery(service: "star")).records.count == 1)
        }
    }

    @Test("Instances change and go, and a forgotten service goes with all of its own")
    func removal() async throws {
        try await StoreFolder.withStore { store in
            try await store.record([
                CatalogCommit(
                    services: [service(star), service(far)],
                    changed: [star: [Samples.instance("a"), Samples.instance("b")], far: [Samples.instance("a")]]),
                CatalogCommit(
                    services: [service(star, index: 8, at: 5)],
                    changed: [star: [Samples.instance("b", tags: ["new"])]], removed: [star: [PeerID("n1~a")]]),
            ])
            var catalog = try store.load().catalog
            #expect(catalog.services[star]?.sortedInstances == [Samples.instance("b", tags: ["new"])])
            #expect(catalog.services[star]?.watch.consulIndex == 8)
            #expect(catalog.services[star]?.watch.staleSince == Samples.time(5))
            #expect(catalog.services[far]?.sortedInstances == [Samples.instance("a")])

            try await store.record([CatalogCommit(forgotten: [star])])
            catalog = try store.load().catalog
            #expect(Set(catalog.services.keys) == [far])
            let left = try await store.pool.read { db in
                try String.fetchAll(db, sql: "SELECT datacenter FROM catalog_instances")
            }
            #expect(left == ["dc2"])
        }
    }

    @Test("A failing commit takes the whole batch with it, ledger entries too")
    func atomic() async throws {
        try await StoreFolder.withStore { store in
            let good = CatalogCommit(services: [service(star)], entries: [Samples.entry()])
            let ofNoService = CatalogCommit(changed: [far: [Samples.instance("a")]])
            await #expect(throws: StoreError.self) { try await store.record([good, ofNoService]) }
            let catalog = try store.load().catalog
            #expect(catalog == Catalog())
            #expect(try await store.ledger(LedgerQuery()).records.isEmpty)
        }
    }

    @Test("Names that hold a NUL stay apart")
    func nul() async throws {
        try await StoreFolder.withStore { store in
            let instances = [Samples.instance("a\0b"), Samples.instance("a\0c")]
            try await store.record([CatalogCommit(services: [service(star)], changed: [star: instances])])
            #expect(try store.load().catalog.services[star]?.sortedInstances == instances)
        }
    }

    @Test(
        "An instance that can't be read is named",
        arguments: [
            "document = '{\"id\": 1}'", "health = 'ill'", "tags = '[1]'", "tags = '[\"a\"'", "tags = ''",
            "tags = '[\"a\"]]'", "meta = '[]'", "meta = '{\"a\"}'", "node = 'n2'", "node = 'n1~a'", "peer = 'n1/a'",
            "address = CAST(x'ff' AS TEXT)", "tags = CAST(x'5b22ff225d' AS TEXT)",
        ])
    func unreadable(assignment: String) async throws {
        try await StoreFolder.withStore { store in
            try await store.record([
                CatalogCommit(
                    services: [service(far), service(star)],
                    changed: [star: [Samples.instance("a")], far: [Samples.instance("a")]])
            ])
            try await store.pool.write { db in
                try db.execute(sql: "UPDATE catalog_instances SET \(assignment) WHERE datacenter = 'dc2'")
            }
            let error = #expect(throws: StoreError.self) { try store.load() }
            #expect(error?.code == .unreadableRow)
            #expect(error?.detail.contains(assignment.hasPrefix("peer") ? "'n1/a'" : "'n1~a'") == true)
            #expect(error?.detail.contains("of the service 'star@dc2'") == true)
        }
    }

    @Test("Instances that have much in common and names that only look alike come back each as it was")
    func alike() async throws {
        try await StoreFolder.withStore { store in
            // An e with an accent in one scalar and in two: equal strings to Swift, two names to Consul.
            let instances = (0..<300).map { number in
                Instance(
                    node: "n\(number % 7)", serviceID: "\(number)", service: "star", address: "10.0.0.\(number % 256)",
                    port: 1 + number, tags: [number % 2 == 0 ? "\u{E9}" : "e\u{301}", "v\(number % 3)"],
                    meta: number % 5 == 0 ? [:] : ["number": "\(number)", "zone": "\\\(number % 4)"],
                    weights: InstanceWeights(passing: number, warning: 1), health: Health.allCases[number % 4])
            }
            try await store.record([CatalogCommit(services: [service(star)], changed: [star: instances])])
            let loaded = try #require(store.load().catalog.services[star]?.instances)
            #expect(loaded.count == instances.count)
            for instance in instances {
                let found = try #require(loaded[instance.id])
                #expect(found == instance)
                #expect(found.tags.map { Array($0.utf8) } == instance.tags.map { Array($0.utf8) })
            }
        }
    }
}
