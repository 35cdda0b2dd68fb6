import GRDB
import RoutingModel
import Testing

@testable import Store

@Suite struct LedgerTrimmingTests {
    static func ids(_ store: SQLiteStore) async throws -> [Int64] {
        try await store.entries(after: 0, LedgerQuery(), limit: 1_000).records.map(\.id)
    }

    @Test("The oldest entries beyond a number of rows go, an entry says so, and the chain holds")
    func byRows() async throws {
        try await StoreFolder.with { folder in
            var store = try SQLiteStore(path: folder.database)
            try await store.record((0..<50).map { Samples.entry(at: $0, groups: ["a"]) })
            let hash = try await store.pool.read { db in
                try String.fetchOne(db, sql: "SELECT lower(hex(hash)) FROM ledger WHERE id = 40")
            }
            #expect(try await store.trimLedger(keepingRows: 10, since: nil, at: Samples.time(99), index: 4) == 40)
            #expect(try await Self.ids(store) == Array(41...51))
            let entry = try #require(await store.entry(51)?.entry)
            #expect(
                entry
                    == LedgerEntry(
                        at: Samples.time(99), kind: .configLedgerTrimmed, actor: "signalbox",
                        after: ["through": 40, "count": 40, "hash": .string(hash ?? "")], index: 4))
            let found = try await store.verifyLedger()
            #expect(found.faults.isEmpty)
            #expect(found.first == 41)
            #expect(found.checked == 11)
            let (groups, times) = try await store.pool.read { db in
                (
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM ledger_groups"),
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM ledger_times")
                )
            }
            #expect(groups == 10)
            #expect(times == 2)

            try store.close()
            store = try SQLiteStore(path: folder.database)
            #expect(try await store.trimLedger(keepingRows: 11, since: nil) == 0)
            try await store.record([Samples.entry()])
            #expect(try await store.trimLedger(keepingRows: 0, since: nil) == 12)
            #expect(try await Self.ids(store) == [53])
            #expect(try await store.verifyLedger().faults.isEmpty)
            try store.close()
        }
    }

    @Test("By age only what is older goes, and nothing that came before a younger one")
    func byAge() async throws {
        try await StoreFolder.withStore { store in
            try await store.record([0, 10, 30, 20, 40].map { Samples.entry(at: $0) })
            #expect(try await store.trimLedger(keepingRows: nil, since: Samples.time(0)) == 0)
            #expect(try await store.trimLedger(keepingRows: nil, since: Samples.time(25)) == 2)
            #expect(try await Self.ids(store) == [3, 4, 5, 6])
            #expect(try await store.trimLedger(keepingRows: 100, since: nil) == 0)
            #expect(try await store.trimLedger(keepingRows: 2, since: Samples.time(0)) == 2)
            #expect(try await Self.ids(store) == [5, 6, 7])
            #expect(try await store.verifyLedger().faults.isEmpty)
        }
    }

    @Test("A trimming that was interrupted is right as it is, and is finished by the next")
    func interrupted() async throws {
        try await StoreFolder.withStore { store in
            try await store.record((0..<9_000).map { Samples.entry(at: $0, groups: ["a"]) })
            try await store.write { db in
                try LedgerTrimming.plan(keepingRows: 1_000, since: nil, db)?.announce(at: Samples.time(0), index: 0, db)
                _ = try LedgerTrimming.deleteSome(db)
            }
            #expect(try await store.entry(2_001) != nil)
            let found = try await store.verifyLedger()
            #expect(found.faults.isEmpty)
            #expect(found.first == 2_001)
            #expect(try await store.trimLedger(keepingRows: 1_000_000, since: nil) == 6_000)
            #expect(try await store.verifyLedger().first == 8_001)
        }
    }

    @Test("A beginning that is missing beyond what was trimmed is found")
    func beyond() async throws {
        try await StoreFolder.with { folder in
            let store = try SQLiteStore(path: folder.database)
            try await store.record((0..<50).map { Samples.entry(at: $0) })
            _ = try await store.trimLedger(keepingRows: 30, since: nil)
            try store.close()
            try await LedgerChainTests.tamper(folder.database) { db in
                try db.execute(
                    sql: """
                        UPDATE ledger_chain SET trimmed = 25, anchor = 25,
                            anchor_hash = (SELECT hash FROM ledger WHERE id = 25);
                        DELETE FROM ledger WHERE id <= 25
                        """)
            }
            let found = try SQLiteStore.verifyLedger(at: folder.database)
            #expect(found.faults.map(\.entry) == [25])
        }
    }

    @Test("Entries from before the chain are kept, found and trimmed, and counted as unchained")
    func adopted() async throws {
        try await StoreFolder.with { folder in
            let first = EmbeddedMigrations.all.filter { $0.name < "0004" }
            let old = try SQLiteStore(path: folder.database, migrations: first)
            try await old.pool.writeWithoutTransaction { db in
                for id in 1...6 {
                    try db.execute(
                        sql: """
                            INSERT INTO ledger (at, kind, actor, service, revision, idx)
                            VALUES (?, 'discovery.stale', 'consul', 'star', 1, 2)
                            """, arguments: [Samples.time(Int64(id)).milliseconds])
                    try db.execute(
                        sql: "INSERT INTO ledger_groups (group_name, entry) VALUES ('b', ?), ('a', ?)",
                        arguments: [id, id])
                }
                // The newest was deleted; its id is not given again.
                try db.execute(sql: "DELETE FROM ledger_groups WHERE entry = 6; DELETE FROM ledger WHERE id = 6")
            }
            try old.close()

            let store = try SQLiteStore(path: folder.database)
            try await store.record([Samples.entry(.discoveryRecovered, at: 50, service: "star", groups: ["a"])])
            #expect(try await Self.ids(store) == [1, 2, 3, 4, 5, 7])
            #expect(try await store.ledger(LedgerQuery(group: "b")).records.map(\.entry.groups).first == ["a", "b"])
            #expect(try await store.ledger(LedgerQuery(until: Samples.time(3))).records.map(\.id) == [2, 1])
            let words = try await store.lastEntries(of: [.discoveryStale, .discoveryRecovered])
            #expect(words == ["star": [.discoveryStale: 5, .discoveryRecovered: 7]])
            var found = try await store.verifyLedger()
            #expect(found.faults.isEmpty)
            #expect(found.unchained == 5)
            #expect(found.checked == 1)
            #expect(found.first == 7)

            #expect(try await store.trimLedger(keepingRows: nil, since: Samples.time(4)) == 3)
            found = try await store.verifyLedger()
            #expect(found.faults.isEmpty)
            #expect(found.unchained == 2)
            #expect(try await store.trimLedger(keepingRows: 1, since: nil) == 3)
            found = try await store.verifyLedger()
            #expect(found.faults.isEmpty)
            #expect(found.unchained == 0)
            #expect(found.checked == 2)
            try store.close()
        }
    }
}
