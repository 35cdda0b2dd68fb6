import Foundation
import GRDB
import RoutingModel
import Testing

@testable import Store

@Suite struct LedgerFilterTests {
    /// Some hundred entries in which every value meets every other, with times that now and then go back.
    static let entries: [LedgerEntry] = (0..<600).map { number in
        let kinds: [LedgerKind] = [.peerJoined, .peerLeft, .peerHealth, .routeUpdated, .discoveryStale]
        let groups = [[], ["a"], ["b"], ["a", "b"]]
        return Samples.entry(
            kinds[number % 5], at: Int64(number * 10 - (number % 7 == 0 ? 35 : 0)),
            actor: ["consul", "token:ann", "token:bob"][number / 2 % 3],
            service: [nil, "star", "moon"][number / 3 % 3],
            peer: [nil, "n1~a", "n1~b"][number / 4 % 3], groups: groups[number / 5 % 4],
            route: [nil, "main", "side"][number / 7 % 3])
    }

    static func matches(_ entry: LedgerEntry, _ query: LedgerQuery) -> Bool {
        if !query.kinds.isEmpty, !query.kinds.contains(entry.kind) { return false }
        if let service = query.service, entry.service != service { return false }
        if let peer = query.peer, entry.peer != peer { return false }
        if let group = query.group, !entry.groups.contains(group) { return false }
        if let route = query.route, entry.route != route { return false }
        if let actor = query.actor, entry.actor != actor { return false }
        if let since = query.since, entry.at < since { return false }
        if let until = query.until, entry.at >= until { return false }
        return true
    }

    /// Every combination of filters present and absent.
    static var combinations: [LedgerQuery] {
        (0..<256).map { bits in
            func has(_ bit: Int) -> Bool { bits & (1 << bit) != 0 }
            return LedgerQuery(
                kinds: has(0) ? [.peerJoined, .routeUpdated] : [], service: has(1) ? "star" : nil,
                peer: has(2) ? PeerID("n1~a") : nil, group: has(3) ? "a" : nil, route: has(4) ? "main" : nil,
                actor: has(5) ? (has(0) ? "consul" : "token:ann") : nil, since: has(6) ? Samples.time(1_000) : nil,
                until: has(7) ? Samples.time(4_000) : nil)
        }
    }

    @Test("All filters combine: every combination pages through exactly what it should, newest first")
    func combinations() async throws {
        try await StoreFolder.withStore { store in
            try await store.record(Self.entries)
            for var query in Self.combinations {
                let expected = Self.entries.indices.reversed().filter { Self.matches(Self.entries[$0], query) }
                query.limit = 37
                var found: [Int] = []
                var hasMore = true
                while hasMore {
                    let page = try await store.ledger(query)
                    found += page.records.map { Int($0.id) - 1 }
                    query.before = page.records.last?.id
                    hasMore = page.hasMore
                }
                #expect(found == expected, "\(query)")
            }
        }
    }

    @Test("Times are taken from `since` on and up to before `until`")
    func timeBounds() async throws {
        try await StoreFolder.withStore { store in
            try await store.record((0..<5).map { Samples.entry(at: $0) })
            let page = try await store.ledger(LedgerQuery(since: Samples.time(1), until: Samples.time(3)))
            #expect(page.records.map(\.entry.at) == [Samples.time(2), Samples.time(1)])
            #expect(try await store.ledger(LedgerQuery(since: Samples.time(5))).records.isEmpty)
            #expect(try await store.ledger(LedgerQuery(until: Samples.time(0))).records.isEmpty)
        }
    }

    @Test("Entries are found by time after the clock was set back, also across a reopening")
    func clockSetBack() async throws {
        try await StoreFolder.with { folder in
            var store = try SQLiteStore(path: folder.database)
            try await store.record([Samples.entry(at: 10_000), Samples.entry(at: 11_000)])
            try store.close()
            store = try SQLiteStore(path: folder.database)
            try await store.record([Samples.entry(at: 3_000)])
            try await store.record([Samples.entry(at: 12_000), Samples.entry(at: 12_001)])
            let late = try await store.ledger(LedgerQuery(since: Samples.time(10_500)))
            #expect(late.records.map(\.id) == [5, 4, 2])
            let early = try await store.ledger(LedgerQuery(until: Samples.time(10_500)))
            #expect(early.records.map(\.id) == [3, 1])
        }
    }

    @Test("A text that holds a NUL is found by itself and by nothing else")
    func nul() async throws {
        try await StoreFolder.withStore { store in
            try await store.record([Samples.entry(peer: "n1~a\0b"), Samples.entry(peer: "n1~a\0c")])
            #expect(try await store.ledger(LedgerQuery(peer: PeerID("n1~a\0b"))).records.map(\.id) == [1])
            #expect(try await store.ledger(LedgerQuery(peer: PeerID("n1~a"))).records.isEmpty)
        }
    }

    /// Filters, and the index whose walk answers them.
    static let walks: [(LedgerQuery, String)] = [
        (LedgerQuery(), "INTEGER PRIMARY KEY"),
        (LedgerQuery(kinds: Set(LedgerKind.allCases)), "INTEGER PRIMARY KEY"),
        (LedgerQuery(kinds: [.peerLeft]), "ledger_by_kind"),
        (LedgerQuery(kinds: [.peerLeft, .peerJoined, .routeCreated], actor: "consul"), "ledger_by_kind"),
        (LedgerQuery(service: "star"), "ledger_by_service"),
        (LedgerQuery(peer: PeerID("n1~a")), "ledger_by_peer"),
        (LedgerQuery(group: "a"), "ledger_groups USING PRIMARY KEY (group_name=? AND entry>?"),
        (LedgerQuery(route: "main"), "ledger_by_route"),
        (LedgerQuery(actor: "token:ann"), "ledger_by_actor"),
        (LedgerQuery(kinds: [.routeUpdated], actor: "token:ann"), "ledger_by_actor"),
        (LedgerQuery(since: Samples.time(0), until: Samples.time(9)), "INTEGER PRIMARY KEY"),
        (LedgerQuery(kinds: [.peerLeft], service: "star", group: "a", since: Samples.time(0)), "ledger_groups USING"),
        (LedgerQuery(service: "star", peer: PeerID("n1~a"), group: "a", actor: "consul"), "ledger_by_peer"),
    ]

    @Test("A page is a walk over one index, without sorting", arguments: walks)
    func plan(query: LedgerQuery, index: String) async throws {
        try await StoreFolder.withStore { store in
            let selection = LedgerSelection(query, ids: 1...9, limit: 3)
            let plan = try await store.pool.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + selection.sql, arguments: selection.arguments)
                    .map { $0["detail"] as String }
            }
            let searches = plan.filter { $0.hasPrefix("SEARCH") }
            #expect(searches.first?.contains(index) == true, "\(plan)")
            #expect(plan.allSatisfy { !$0.contains("SCAN") && !$0.contains("TEMP B-TREE") }, "\(plan)")
        }
    }
}
