import GRDB
import RoutingModel
import Testing

@testable import Store

@Suite struct LedgerStoreTests {
    @Test("An entry comes back as it was written, with every field")
    func roundTrip() async throws {
        try await StoreFolder.withStore { store in
            try await store.record([Samples.fullEntry, Samples.entry(.workerJoined)])
            let page = try await store.ledger(LedgerQuery())
            #expect(page.records.map(\.entry) == [Samples.entry(.workerJoined), Samples.fullEntry])
            #expect(page.records.map(\.id) == [2, 1])
            #expect(!page.hasMore)
        }
    }

    @Test(
        "An entry can't be changed",
        arguments: [
            "UPDATE ledger SET actor = 'nobody'", "UPDATE ledger SET id = 9",
            "UPDATE ledger_groups SET group_name = 'x'",
            "INSERT INTO ledger (id, at, kind, actor, revision, idx) VALUES (1, 0, '', '', 0, 0) "
                + "ON CONFLICT (id) DO UPDATE SET at = 0",
        ])
    func refusesUpdates(sql: String) async throws {
        try await StoreFolder.withStore { store in
            try await store.record([Samples.fullEntry])
            let error = await #expect(throws: DatabaseError.self) {
                try await store.pool.write { db in try db.execute(sql: sql) }
            }
            #expect(error?.message == "ledger entries are never changed")
            #expect(try await store.ledger(LedgerQuery()).records.map(\.entry) == [Samples.fullEntry])
        }
    }

    @Test(
        "An entry can't be deleted but by trimming",
        arguments: ["DELETE FROM ledger WHERE id = 1", "DELETE FROM ledger_groups", "DELETE FROM ledger"])
    func refusesDeletion(sql: String) async throws {
        try await StoreFolder.withStore { store in
            try await store.record([Samples.fullEntry, Samples.fullEntry])
            let error = await #expect(throws: DatabaseError.self) {
                try await store.pool.write { db in try db.execute(sql: sql) }
            }
            #expect(error?.message == "ledger entries are deleted only by trimming")
            #expect(try await store.ledger(LedgerQuery()).records.count == 2)
        }
    }

    @Test("One entry is found by its id, and the newest id is known")
    func single() async throws {
        try await StoreFolder.withStore { store in
            #expect(try await store.newestEntry() == 0)
            try await store.record([Samples.fullEntry, Samples.entry()])
            #expect(try await store.newestEntry() == 2)
            #expect(try await store.entry(1) == LedgerRecord(id: 1, entry: Samples.fullEntry))
            #expect(try await store.entry(3) == nil)
        }
    }

    @Test("The last words about services are kept, whatever kinds are asked for")
    func lastWords() async throws {
        try await StoreFolder.withStore { store in
            try await store.record([
                Samples.entry(.discoveryStale, service: "star"), Samples.entry(.discoveryStale),
                Samples.entry(.discoveryStale, service: "moon"), Samples.entry(.discoveryRecovered, service: "star"),
                Samples.entry(.discoveryStale, service: "star"), Samples.entry(.peerJoined, service: "star"),
            ])
            let words = try await store.lastEntries(of: [.discoveryStale, .discoveryRecovered])
            #expect(words == ["star": [.discoveryStale: 5, .discoveryRecovered: 4], "moon": [.discoveryStale: 3]])
            #expect(try await store.lastEntries(of: [.discoveryHeld]).isEmpty)
            let others = try await store.lastEntries(of: [.discoveryRecovered, .peerJoined])
            #expect(others == ["star": [.discoveryRecovered: 4, .peerJoined: 6]])
        }
    }

    @Test("Pages follow each other by cursor without gap or repetition while entries arrive")
    func paging() async throws {
        try await StoreFolder.withStore { store in
            try await store.record((0..<25).map { Samples.entry(at: $0, service: "star") })
            var query = LedgerQuery(service: "star", limit: 10)
            var seen: [Int64] = []
            var sizes: [Int] = []
            var hasMore = true
            while hasMore {
                let page = try await store.ledger(query)
                seen += page.records.map(\.id)
                sizes.append(page.records.count)
                query.before = page.next
                hasMore = page.hasMore
                try await store.record([Samples.entry(at: 100, service: "star")])
            }
            #expect(seen == (1...25).reversed())
            #expect(sizes == [10, 10, 5])
        }
    }

    @Test("A page that ends with the oldest entry has no more", arguments: [(1, true), (2, false), (3, false)])
    func lastPage(limit: Int, hasMore: Bool) async throws {
        try await StoreFolder.withStore { store in
            try await store.record([Samples.entry(), Samples.entry()])
            let page = try await store.ledger(LedgerQuery(limit: limit))
            #expect(page.hasMore == hasMore)
            #expect(page.records.count == min(limit, 2))
        }
    }

    @Test("A cursor at or below the first entry gives an empty page", arguments: [1, 0, Int64.min])
    func cursorBelow(before: Int64) async throws {
        try await StoreFolder.withStore { store in
            try await store.record([Samples.entry()])
            #expect(try await store.ledger(LedgerQuery(before: before)) == LedgerPage(records: [], hasMore: false))
        }
    }

    @Test("A kind that this program doesn't know is named, not passed over")
    func unknownKind() async throws {
        try await StoreFolder.withStore { store in
            try await store.pool.write { db in
                try db.execute(
                    sql: "INSERT INTO ledger (at, kind, actor, revision, idx) VALUES (0, 'peer.danced', 'x', 0, 0)")
            }
            let error = await #expect(throws: StoreError.self) { try await store.ledger(LedgerQuery()) }
            #expect(error?.code == .unreadableRow)
            #expect(error?.detail.contains("ledger entry 1") == true)
        }
    }
}
