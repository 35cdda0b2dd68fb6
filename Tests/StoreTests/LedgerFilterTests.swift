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
            route: [nil, "main", "side"][number / 7 % 3], worker: [nil, "edge-1"][number / 11 % 2])
    }

    static func matches(_ entry: LedgerEntry, _ query: LedgerQuery) -> Bool {
        if !query.kinds.isEmpty, !query.kinds.contains(entry.kind) { return false }
        if let service = query.service, entry.service != service { return false }
        if let peer = query.peer, entry.peer != peer { return false }
        if let group = query.group, !entry.groups.contains(group) { return false }
        if let route = query.route, entry.route != route { return false }
        if let worker = query.worker, entry.worker != worker { return false }
        if let actor = query.actor, entry.actor != actor { return false }
        if let since = query.since, entry.at < since { return false }
        if let until = query.until, entry.at >= until { return false }
        return true
    }

    /// Every combination of filters present and absent.
    static var combinations: [LedgerQuery] {
        (0..<512).map { bits in
            func has(_ bit: Int) -> Bool { bits & (1 << bit) != 0 }
            return LedgerQuery(
                kinds: has(0) ? [.peerJoined, .routeUpdated] : [], service: has(1) ? "star" : nil,
                peer: has(2) ? PeerID("n1~a") : nil, group: has(3) ? "a" : nil, route: has(4) ? "main" : nil,
                worker: has(8) ? "edge-1" : nil, actor: has(5) ? (has(0) ? "consul" : "token:ann") : nil,
                since: has(6) ? Samples.time(1_000) : nil,
                until: has(7) ? Samples.time(4_000) : nil)
        }
    }

    /// What one page may look at: everything; or so little that pages end early, now and then empty.
    @Test(
        "All filters combine: every combination pages through exactly what it should, newest first",
        arguments: [LedgerWalk.allowance, 3])
    func combinations(allowance: Int) async throws {
        try await StoreFolder.withStore { store in
            try await store.record(Self.entries)
            for var query in Self.combinations {
                let expected = Self.entries.indices.reversed().filter { Self.matches(Self.entries[$0], query) }
                query.limit = 37
                var found: [Int] = []
                var hasMore = true
                while hasMore {
                    let page = try await store.ledger(query, allowance: allowance)
                    found += page.records.map { Int($0.id) - 1 }
                    query.before = page.next
                    hasMore = page.hasMore
                }
                #expect(found == expected, "\(query)")
            }
        }
    }

    @Test("Read upwards, every combination gives the same, oldest first", arguments: [LedgerWalk.allowance, 3])
    func upwards(allowance: Int) async throws {
        try await StoreFolder.withStore { store in
            try await store.record(Self.entries)
            for query in Self.combinations {
                let expected = Self.entries.indices.filter { Self.matches(Self.entries[$0], query) }
                var found: [Int] = []
                var through: Int64 = 0
                while through < Self.entries.count {
                    let part = try await store.entries(after: through, query, limit: 37, allowance: allowance)
                    found += part.records.map { Int($0.id) - 1 }
                    #expect(part.through > through)
                    guard part.through > through else { return }
                    through = part.through
                }
                #expect(found == expected, "\(query)")
            }
        }
    }

    @Test("A follower sees every entry once while entries arrive, and gets on when nothing matches")
    func following() async throws {
        try await StoreFolder.withStore { store in
            let writing = Task {
                for number in 0..<60 {
                    let kind: LedgerKind = number % 10 == 9 ? .workerLost : .peerHealth
                    try await store.record((0..<5).map { Samples.entry($0 == 4 ? kind : .peerHealth, at: Int64($0)) })
                }
            }
            var all: [Int64] = []
            var rare: [Int64] = []
            var (ofAll, ofRare, ofNone): (Int64, Int64, Int64) = (0, 0, 0)
            // Bounded: the writer is done long before.
            for _ in 0..<50_000 {
                if min(ofAll, ofRare, ofNone) >= 300 { break }
                let next = try await store.entries(after: ofAll, LedgerQuery(), limit: 7)
                all += next.records.map(\.id)
                ofAll = next.through
                let some = try await store.entries(after: ofRare, LedgerQuery(kinds: [.workerLost]), limit: 7)
                rare += some.records.map(\.id)
                ofRare = some.through
                ofNone = try await store.entries(after: ofNone, LedgerQuery(service: "none"), limit: 7).through
            }
            try await writing.value
            #expect(all == Array(1...300))
            #expect(rare == [50, 100, 150, 200, 250, 300])
            let end = try await store.entries(after: 1_000, LedgerQuery(), limit: 7)
            #expect(end.records.isEmpty)
            #expect(end.through == 1_000)
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

    @Test("Over several segments nothing is lost or shown twice, whichever filter is followed")
    func segments() async throws {
        try await StoreFolder.withStore { store in
            let count = 150_000
            let kinds: [LedgerKind] = [.peerHealth, .peerTags, .peerWeight]
            let entries = (0..<count).map { (number: Int) -> LedgerEntry in
                let peer: String? = number % 50_000 == 3 ? "n1~rare" : nil
                let groups: [String] = number % 11 == 0 ? ["a"] : []
                return Samples.entry(
                    kinds[number % 3], at: Int64(number), service: number % 7 == 0 ? "star" : "moon", peer: peer,
                    groups: groups)
            }
            try await store.record(entries)
            let queries = [
                LedgerQuery(kinds: [.peerTags], service: "star", group: "a"), LedgerQuery(peer: PeerID("n1~rare")),
                LedgerQuery(group: "a", since: Samples.time(60_000), until: Samples.time(140_000)),
                LedgerQuery(kinds: [.peerTags, .peerWeight], since: Samples.time(70_001), until: Samples.time(70_500)),
            ]
            for var query in queries {
                let expected = entries.indices.reversed().filter { Self.matches(entries[$0], query) }
                query.limit = 1_000
                var found: [Int] = []
                repeat {
                    let page = try await store.ledger(query)
                    found += page.records.map { Int($0.id) - 1 }
                    query.before = page.next
                } while query.before != nil
                #expect(found == expected, "\(query)")
            }
        }
    }

    @Test("Each filter's list is read off one index, in the order of ids, without sorting", arguments: [true, false])
    func plans(ascending: Bool) async throws {
        try await StoreFolder.withStore { store in
            let query = LedgerQuery(
                kinds: [.peerLeft, .peerJoined, .routeCreated], service: "s", peer: PeerID("p"), group: "g", route: "r",
                worker: "w", actor: "token:ann")
            let lists = LedgerFilter(query, ascending: ascending).lists
            #expect(lists.count == 7)
            #expect(lists.compactMap(\.gathered).count == 1)
            for sql in lists.flatMap({ [$0.ordered] + ($0.gathered.map { [$0] } ?? []) }) {
                let plan = try await store.pool.read { db in
                    let plan = try RawStatement("EXPLAIN QUERY PLAN " + sql, db)
                    var details: [String] = []
                    while try plan.step() { details.append(try plan.text(3) ?? "") }
                    return details
                }
                let searches = plan.filter { $0.hasPrefix("SEARCH") }
                #expect(!searches.isEmpty)
                #expect(searches.allSatisfy { $0.contains("COVERING INDEX") || $0.contains("PRIMARY KEY") }, "\(plan)")
                #expect(plan.allSatisfy { !$0.contains("SCAN") && !$0.contains("TEMP B-TREE") }, "\(plan)")
            }
        }
    }
}
