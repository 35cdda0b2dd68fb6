import Foundation
import GRDB
import RoutingModel
import Testing

@testable import Store

@Suite("Rules at earlier revisions")
struct PastRulesTests {
    /// Commits `count` random commands; gives the rules after each, from none on.
    static func history(_ count: Int, in store: SQLiteStore) async throws -> [RuleSet] {
        var random = SeededRandom(seed: 7)
        var rules = RuleSet()
        var past = [rules]
        var commits: [RuleCommit] = []
        while commits.count < count {
            let name = "g\(Int.random(in: 0..<4, using: &random))"
            let peer = PeerID("n~\(Int.random(in: 0..<3, using: &random))")
            let port = Int.random(in: 1_000..<60_000, using: &random)
            let command: RuleCommand =
                switch Int.random(in: 0..<8, using: &random) {
                case 0, 1: Samples.group(name, port: port)
                case 2: .deleteGroup(name)
                case 3: Samples.route("r\(port % 3)", to: name)
                case 4: .deleteRoute("r\(port % 3)")
                case 5, 6: .putOverride(peer, Data(#"{"weight":\#(port),"reason":"it is \#(port)"}"#.utf8))
                default: .deleteOverride(peer)
                }
            let at = Samples.time(Int64(commits.count) * 10)
            guard let changes = try? rules.plan(command, at: at), !changes.isEmpty else { continue }
            let commit = try Samples.commit(command, to: &rules, at: at)
            commits.append(commit)
            past.append(rules)
        }
        try await store.commit(commits)
        return past
    }

    @Test("They are what they were, with the revisions and times that made them")
    func everyRevision() async throws {
        try await StoreFolder.withStore { store in
            let past = try await Self.history(120, in: store)
            for (revision, rules) in past.enumerated() {
                let found = try await store.rules(at: revision)
                #expect(found == rules, "at revision \(revision)")
            }
            #expect(try store.load().rules == past.last)
        }
    }

    @Test("A revision that was never made is not found", arguments: [-1, 1, 4])
    func neverMade(revision: Int) async throws {
        try await StoreFolder.withStore { store in
            if revision == 4 { _ = try await Self.history(3, in: store) }
            let problem = await #expect(throws: Problem.self) { try await store.rules(at: revision) }
            #expect(problem?.code == .notFound)
            #expect(try await store.rules(at: 0) == RuleSet())
        }
    }

    @Test("The revision of a moment is the newest made by then")
    func ofMoment() async throws {
        try await StoreFolder.withStore { store in
            #expect(try await store.revision(at: Samples.time(0)) == 0)
            _ = try await Self.history(5, in: store)
            #expect(try await store.revision(at: Samples.time(-1)) == 0)
            #expect(try await store.revision(at: Samples.time(0)) == 1)
            #expect(try await store.revision(at: Samples.time(9)) == 1)
            #expect(try await store.revision(at: Samples.time(40)) == 5)
            #expect(try await store.revision(at: Samples.time(1_000_000)) == 5)
        }
    }

    @Test("A document of the past that can't be read is named")
    func unreadable() async throws {
        try await StoreFolder.withStore { store in
            var rules = RuleSet()
            try await store.commit([
                Samples.commit(Samples.group("broken"), to: &rules),
                Samples.commit(Samples.group("broken", port: 4000), to: &rules),
            ])
            try await store.pool.write { db in
                try db.execute(sql: "UPDATE revision_changes SET before = '{' WHERE revision = 2")
            }
            for read in [{ _ = try await store.rules(at: 1) }, { _ = try await store.revision(2) }] {
                let error = await #expect(throws: StoreError.self) { try await read() }
                #expect(error?.code == .unreadableRow)
                #expect(error?.detail.contains("group 'broken'") == true)
            }
        }
    }
}
