import Foundation
import GRDB
import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

@testable import Store

@Suite("The catalog at earlier times")
struct PastCatalogTests {
    /// The instances of the services that have some.
    private static func instances(_ catalog: Catalog) -> [ServiceKey: [PeerID: Instance]] {
        var found: [ServiceKey: [PeerID: Instance]] = [:]
        for service in catalog.services.values where !service.instances.isEmpty {
            found[service.key] = service.instances
        }
        return found
    }

    /// What stores that `service` now has `new`, as the control plane tells it.
    static func commit(
        _ key: ServiceKey, from old: [PeerID: Instance], to new: [PeerID: Instance], at: Timestamp
    ) -> CatalogCommit {
        let changes = InstanceChange.between(old, new)
        let changed = Dictionary(changes.compactMap { $0.after.map { ($0.id, $0) } }, uniquingKeysWith: { $1 })
        return CatalogCommit(
            services: [CatalogService(key: key, watch: WatchStatus(state: .fresh, lastSuccessAt: at))],
            changed: changed.isEmpty ? [:] : [key: Array(changed.values)],
            removed: [key: changes.filter { $0.after == nil }.compactMap(\.id)],
            entries: changes.map { entry($0, of: key, at: at) })
    }

    static func entry(_ change: InstanceChange, of key: ServiceKey, at: Timestamp) -> LedgerEntry {
        LedgerEntry(
            at: at, kind: change.kind, actor: "consul", service: key.description, peer: change.id,
            before: change.facts(of: change.before), after: change.facts(of: change.after))
    }

    /// What stores that nobody names a service any more.
    private static func forgetting(
        _ key: ServiceKey, _ old: [PeerID: Instance], at: Timestamp
    ) -> CatalogCommit {
        let changes = InstanceChange.between(old, [:])
        return CatalogCommit(forgotten: [key], entries: changes.map { entry($0, of: key, at: at) })
    }

    private static func someInstances(
        of service: String, like old: [PeerID: Instance], _ random: inout SeededRandom
    ) -> [PeerID: Instance] {
        var new = old
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let number = Int.random(in: 0..<5, using: &random)
            let odd = ["s/1", "zoë \"x\"", "a'b", "~", "\\"][number]
            let known = PeerID(node: "n\(number % 2)", serviceID: odd)
            var instance =
                new[known]
                ?? Instance(
                    node: "n\(number % 2)", serviceID: odd, service: service, address: "10.0.0.\(number)", port: 80)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: instance.health = Health.allCases.randomElement(using: &random) ?? .passing
            case 1: instance.tags = Bool.random(using: &random) ? ["v1"] : ["a \"b\"", "é\n"]
            case 2: instance.meta = Bool.random(using: &random) ? [:] : ["version": "\(number)", "": "\u{1}"]
            case 3: instance.address = "10.0.1.\(Int.random(in: 0..<9, using: &random))"
            case 4:
                instance.weights = InstanceWeights(passing: Int.random(in: 0...65_535, using: &random), warning: 0)
            case 5:
                new[known] = nil
                continue
            default: break
            }
            new[known] = instance
        }
        return new
    }

    @Test("It is what it was at each moment of a random history", arguments: 1...6)
    func randomHistory(seed: UInt64) async throws {
        try await StoreFolder.withStore { store in
            var random = SeededRandom(seed: seed)
            let keys = [
                ServiceKey(name: "star"), ServiceKey(name: "star", datacenter: "dc-2"), ServiceKey(name: "we\"b@home "),
            ]
            var now: [ServiceKey: [PeerID: Instance]] = [:]
            var moments: [(at: Timestamp, was: [ServiceKey: [PeerID: Instance]])] = [(Samples.time(0), [:])]
            var at: Int64 = 1
            var batch: [CatalogCommit] = []
            for _ in 0..<150 {
                at += Int64.random(in: 0...3, using: &random)
                let time = Samples.time(at)
                guard let key = keys.randomElement(using: &random) else { continue }
                let old = now[key] ?? [:]
                if Int.random(in: 0..<12, using: &random) == 0 {
                    batch.append(Self.forgetting(key, old, at: time))
                    now[key] = nil
                } else {
                    let new = Self.someInstances(of: key.name, like: old, &random)
                    batch.append(Self.commit(key, from: old, to: new, at: time))
                    now[key] = new.isEmpty ? nil : new
                }
                if Bool.random(using: &random) {
                    try await store.record(batch)
                    batch = []
                }
                if moments.last?.at == time { moments.removeLast() }
                moments.append((time, now))
            }
            try await store.record(batch)
            for moment in moments {
                let found = Self.instances(try await store.catalog(at: moment.at))
                #expect(found == moment.was, "at \(moment.at) of seed \(seed)")
            }
            #expect(Self.instances(try await store.catalog(at: Samples.time(at + 1_000))) == now)
            #expect(Self.instances(try await store.catalog(at: Timestamp(milliseconds: .max))) == now)
            #expect(Self.instances(try await store.catalog(at: Timestamp(milliseconds: .min))).isEmpty)
        }
    }

    /// One instance whose health changes with every entry, at `times`; gives what it was from the first on.
    private func flapping(_ times: [Int64], in store: SQLiteStore) async throws {
        let key = ServiceKey(name: "star")
        var old: [PeerID: Instance] = [:]
        for (number, time) in times.enumerated() {
            var instance = Samples.instance("s1")
            instance.tags = ["t\(number)"]
            let new = [instance.id: instance]
            try await store.record([Self.commit(key, from: old, to: new, at: Samples.time(time))])
            old = new
        }
    }

    private func tag(at time: Int64, in store: SQLiteStore) async throws -> String? {
        Self.instances(try await store.catalog(at: Samples.time(time)))[ServiceKey(name: "star")]?
            .values.first?.tags.first
    }

    @Test("Some entries of a clock that was years ahead or behind don't spoil the rest")
    func wrongClock() async throws {
        let year: Int64 = 31_536_000_000
        for odd in [10 * year, -10 * year] {
            try await StoreFolder.withStore { store in
                try await flapping([10, 20, 30, 40, odd, 50, 60, 70, 80], in: store)
                #expect(try await tag(at: 9, in: store) == nil)
                #expect(try await tag(at: 25, in: store) == "t1")
                #expect(try await tag(at: 55, in: store) == "t5")
                #expect(try await tag(at: 1_000, in: store) == "t8")
            }
        }
    }

    @Test("Before the oldest entry of a trimmed ledger it is gone")
    func trimmed() async throws {
        try await StoreFolder.withStore { store in
            try await flapping([10, 20, 30, 40], in: store)
            try await store.pool.write { db in
                try db.execute(sql: "DROP TRIGGER IF EXISTS ledger_only_trimmed")
                try db.execute(sql: "DROP TRIGGER IF EXISTS ledger_groups_only_trimmed")
                try db.execute(sql: "DELETE FROM ledger WHERE id <= 2")
            }
            for time in [0, 10, 25, 29] as [Int64] {
                let problem = await #expect(throws: Problem.self) { try await store.catalog(at: Samples.time(time)) }
                #expect(problem?.code == .gone)
            }
            #expect(try await tag(at: 30, in: store) == "t2")
            #expect(try await tag(at: 40, in: store) == "t3")
            try await store.pool.write { db in try db.execute(sql: "DELETE FROM ledger") }
            let problem = await #expect(throws: Problem.self) { try await store.catalog(at: Samples.time(40)) }
            #expect(problem?.code == .gone)
        }
    }

    @Test("An id with a NUL is found in the ledger")
    func oddID() async throws {
        try await StoreFolder.withStore { store in
            let key = ServiceKey(name: "a\0b")
            var instance = Instance(node: "n\01", serviceID: "s", service: key.name, address: "10.0.0.1", port: 80)
            let first = [instance.id: instance]
            instance.health = .critical
            let second = [instance.id: instance]
            try await store.record([
                Self.commit(key, from: [:], to: first, at: Samples.time(1)),
                Self.commit(key, from: first, to: second, at: Samples.time(2)),
            ])
            let found = Self.instances(try await store.catalog(at: Samples.time(1)))
            #expect(found.values.flatMap(\.values).map(\.health) == [.passing])
            #expect(Self.instances(try await store.catalog(at: Samples.time(0))).isEmpty)
        }
    }

    @Test("It doesn't say that what was known then is known now")
    func watch() async throws {
        try await StoreFolder.withStore { store in
            try await flapping([10], in: store)
            let watch = try await store.catalog(at: Samples.time(10)).services[ServiceKey(name: "star")]?.watch
            #expect(watch?.state == .stale)
            #expect(watch?.staleSince == Samples.time(10))
            let before = try await store.catalog(at: Samples.time(9)).services[ServiceKey(name: "star")]?.watch
            #expect(before?.state == .pending)
        }
    }

    @Test("Entries that don't fit what is stored are no reason to fail; one that can't be read is named")
    func damaged() async throws {
        try await StoreFolder.withStore { store in
            try await flapping([10, 20], in: store)
            var stray = Samples.entry(.peerHealth, at: 30, service: "nobody", peer: "n~1")
            stray.before = ["health": "passing"]
            let bare = Samples.entry(.peerLeft, at: 31, service: "star", peer: "n~2")
            try await store.record([stray, bare])
            #expect(try await tag(at: 15, in: store) == "t0")
            #expect(try await store.catalog(at: Samples.time(15)).services.count == 1)

            var wrong = Samples.entry(.peerHealth, at: 40, service: "star", peer: "n1~s1")
            wrong.before = ["health": "splendid"]
            try await store.record([wrong])
            let error = await #expect(throws: StoreError.self) { try await store.catalog(at: Samples.time(15)) }
            #expect(error?.code == .unreadableRow)
            #expect(error?.detail.contains("ledger entry 5") == true)
        }
    }
}
