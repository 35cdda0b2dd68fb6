import Foundation
import RoutingModel
import Testing

@testable import Store

@Suite("The list of revisions")
struct RevisionTests {
    /// Three revisions; the second changes three objects.
    private func fill(_ store: SQLiteStore) async throws {
        var rules = RuleSet()
        let first = try Samples.commit(Samples.group("b"), to: &rules, at: Samples.time(1))
        let several =
            try rules.plan(Samples.group("c"), at: Samples.time(2))
            + rules.plan(Samples.group("a"), at: Samples.time(2))
            + rules.plan(Samples.group("b", port: 4000), at: Samples.time(2))
        let second = RuleCommit(
            revision: 2, at: Samples.time(2), author: "token:ops", message: "three at once", changes: several,
            entries: [])
        rules.apply(several, revision: 2)
        let third = try Samples.commit(.deleteGroup("b"), to: &rules, at: Samples.time(3))
        try await store.commit([first, second, third])
    }

    @Test("Newest first, with who, when, why and what, page by page")
    func list() async throws {
        try await StoreFolder.withStore { store in
            let none = try await store.revisions(before: nil, limit: 10, changesLimit: 10)
            #expect(none.records.isEmpty && !none.hasMore)
            try await fill(store)

            let newest = try await store.revisions(before: nil, limit: 2, changesLimit: 2)
            #expect(newest.hasMore)
            #expect(newest.records.map(\.record.number) == [3, 2])
            #expect(newest.records.map(\.changeCount) == [1, 3])
            #expect(newest.records[0].record.changes == [RevisionChange(kind: "group", name: "b", action: .deleted)])
            #expect(
                newest.records[1].record
                    == RevisionRecord(
                        number: 2, at: Samples.time(2), author: "token:ops", message: "three at once",
                        changes: [
                            RevisionChange(kind: "group", name: "a", action: .created),
                            RevisionChange(kind: "group", name: "b", action: .updated),
                        ]))

            let oldest = try await store.revisions(before: 2, limit: 2, changesLimit: 0)
            #expect(!oldest.hasMore)
            #expect(oldest.records.map(\.record.number) == [1])
            #expect(oldest.records[0].record.changes.isEmpty)
            #expect(oldest.records[0].record.message == nil)
        }
    }

    @Test("One revision has the documents before and after")
    func one() async throws {
        try await StoreFolder.withStore { store in
            #expect(try await store.revision(1) == nil)
            try await fill(store)
            let second = try #require(try await store.revision(2))
            #expect(second.message == "three at once")
            #expect(second.changes.map(\.name) == ["a", "b", "c"])
            #expect(second.changes.map(\.action) == [.created, .updated, .created])
            #expect(second.changes[0].before == nil)
            #expect(second.changes[0].after?["peers"] == [["address": "127.0.0.1", "port": 3000]])
            #expect(second.changes[1].before?["peers"] == [["address": "127.0.0.1", "port": 3000]])
            #expect(second.changes[1].after?["peers"] == [["address": "127.0.0.1", "port": 4000]])
            let third = try #require(try await store.revision(3))
            #expect(third.changes[0].after == nil)
            #expect(try await store.revision(4) == nil)
            #expect(try await store.revision(0) == nil)
        }
    }
}
