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

    @Test("Old entries can be deleted, with their groups, and their ids are not given again")
    func deletion() async throws {
        try await StoreFolder.withStore { store in
            try await store.record([Samples.fullEntry, Samples.fullEntry])
            try await store.pool.write { db in try db.execute(sql: "DELETE FROM ledger") }
            let groups = try await store.pool.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM ledger_groups")
            }
            #expect(groups == 0)
            try await store.record([Samples.entry()])
            #expect(try await store.ledger(LedgerQuery()).records.map(\.id) == [3])
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
                query.before = page.records.last?.id
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
