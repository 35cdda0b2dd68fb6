import Foundation
import GRDB
import HashTreeCollections
import RoutingModel
import Testing

@testable import Store

@Suite("Old revisions are deleted")
struct RevisionTrimmingTests {
    @Test("A thousand stay whatever is asked; what they reach back to can be told, what was before is gone")
    func trimming() async throws {
        try await StoreFolder.with { folder in
            var store = try SQLiteStore(path: folder.database)
            var past = try await PastRulesTests.history(1_300, in: store)
            #expect(try await store.trimRevisions(keeping: 5_000) == 0)
            #expect(try await store.trimRevisions(keeping: 1) == 300)
            #expect(try await store.trimRevisions(keeping: 1) == 0)

            for revision in [1, 150, 299] {
                let problem = await #expect(throws: Problem.self) { try await store.rules(at: revision) }
                #expect(problem?.code == .gone)
                #expect(try await store.revision(revision) == nil)
            }
            // That of revision 300 is gone, but not what it comes to.
            #expect(try await store.revision(300) == nil)
            for revision in [300, 301, 700, 1_300] {
                let found = try await store.rules(at: revision)
                let rules = past[revision]
                #expect(found.revision == revision)
                #expect(found.groups.mapValues(\.document) == rules.groups.mapValues(\.document))
                #expect(found.routes.mapValues(\.document) == rules.routes.mapValues(\.document))
                #expect(found.overrides.mapValues(\.document) == rules.overrides.mapValues(\.document))
                #expect(found.groups.values.allSatisfy { $0.revision <= revision })
            }
            #expect(try await store.rules(at: 1_300) == past[1_300])
            #expect(try await store.rules(at: 0) == RuleSet())

            let problem = await #expect(throws: Problem.self) { try await store.revision(at: Samples.time(2_000)) }
            #expect(problem?.code == .gone)
            #expect(try await store.revision(at: Samples.time(3_000)) == 301)

            let page = try await store.revisions(before: 303, limit: 10, changesLimit: 1)
            #expect(page.records.map(\.record.number) == [302, 301])
            #expect(!page.hasMore)

            // Numbering goes on.
            try store.close()
            store = try SQLiteStore(path: folder.database)
            #expect(try store.load().rules == past[1_300])
            try await store.commit([Samples.commit(Samples.group("next"), to: &past[1_300])])
            #expect(try store.load().rules.revision == 1_301)
            #expect(try await store.trimRevisions(keeping: 0) == 1)
            try store.close()
        }
    }

    @Test("Revisions with many changes go in several transactions")
    func large() async throws {
        try await StoreFolder.withStore { store in
            var rules = RuleSet()
            var commits: [RuleCommit] = []
            for number in 0..<1_006 {
                let changes = try (0..<(number < 6 ? 900 : 1)).flatMap { group in
                    try rules.plan(Samples.group("g\(group)", port: 1_000 + number), at: Samples.time(0))
                }
                commits.append(
                    RuleCommit(
                        revision: number + 1, at: Samples.time(0), author: "token:admin", changes: changes, entries: [])
                )
                rules.apply(changes, revision: number + 1)
            }
            try await store.commit(commits)
            #expect(try await store.trimRevisions(keeping: 1_000) == 6)
            let left = try await store.pool.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM revision_changes") ?? 0
            }
            #expect(left == 1_000)
            #expect(try await store.rules(at: 1_006) == rules)
        }
    }
}
