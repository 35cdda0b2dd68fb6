import Foundation
import GRDB
import HashTreeCollections
import RoutingModel
import Testing

@testable import Store

@Suite struct RuleCommitTests {
    @Test("A fresh database holds nothing")
    func fresh() async throws {
        try await StoreFolder.withStore { store in
            let state = try store.load()
            #expect(state.rules == RuleSet())
            #expect(state.catalog == Catalog())
            #expect(state.indexFloor == 0)
            try await store.check()
        }
    }

    @Test("What was committed is there after a reopening: created, replaced and deleted rules")
    func roundTrip() async throws {
        try await StoreFolder.with { folder in
            var rules = RuleSet()
            var store = try SQLiteStore(path: folder.database)
            try await store.commit([
                Samples.commit(Samples.group("stable"), to: &rules, entries: [Samples.entry(.groupCreated)]),
                Samples.commit(Samples.group("canary"), to: &rules, at: Samples.time(1)),
                Samples.commit(Samples.group("gone"), to: &rules),
            ])
            try await store.commit([Samples.commit(Samples.route("main", to: "stable"), to: &rules)])
            try await store.commit([
                Samples.commit(Samples.group("canary", port: 4000), to: &rules, at: Samples.time(2)),
                Samples.commit(.deleteGroup("gone"), to: &rules),
            ])
            try store.close()

            store = try SQLiteStore(path: folder.database)
            let state = try store.load()
            #expect(state.rules == rules)
            #expect(state.rules.revision == 6)
            #expect(state.rules.groups["canary"]?.updatedAt == Samples.time(2))
            #expect(try await store.ledger(LedgerQuery()).records.map(\.entry.kind) == [.groupCreated])
        }
    }

    @Test("Every revision keeps who made it and the documents before and after")
    func history() async throws {
        try await StoreFolder.withStore { store in
            var rules = RuleSet()
            let commits = [
                try Samples.commit(Samples.group("a"), to: &rules, at: Samples.time(5)),
                try Samples.commit(Samples.group("a", port: 4000), to: &rules),
                try Samples.commit(.deleteGroup("a"), to: &rules),
            ]
            try await store.commit(commits)
            let rows = try store.pool.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT number, author, at, kind, name, before, after
                        FROM revisions JOIN revision_changes ON revision = number ORDER BY number
                        """)
            }
            #expect(rows.map { $0["number"] as Int } == [1, 2, 3])
            #expect(rows.allSatisfy { $0["author"] == "token:admin" && $0["kind"] == "group" && $0["name"] == "a" })
            #expect(rows[0]["at"] == Samples.time(5).milliseconds)
            #expect(rows.map { $0["before"] as String? } == commits.map { $0.changes[0].before })
            #expect(rows.map { $0["after"] as String? } == commits.map { $0.changes[0].after })
        }
    }

    @Test("A commit that can't be stored takes the whole batch with it")
    func atomicBatch() async throws {
        try await StoreFolder.withStore { store in
            var rules = RuleSet()
            try await store.commit([Samples.commit(Samples.group("first"), to: &rules)])
            let before = rules
            let good = try Samples.commit(Samples.group("second"), to: &rules, entries: [Samples.entry(.groupCreated)])
            let skipped = RuleCommit(
                revision: 4, at: Samples.time(0), author: "token:admin", changes: [], entries: [Samples.entry()])
            let error = await #expect(throws: StoreError.self) { try await store.commit([good, skipped]) }
            #expect(error?.code == .conflict)
            #expect(try store.load().rules == before)
            #expect(try await store.ledger(LedgerQuery()).records.isEmpty)
            // Nothing of the failure stays behind: the good one goes in alone.
            try await store.commit([good])
            #expect(try store.load().rules == rules)
        }
    }

    @Test("A revision that is not the next one is a conflict", arguments: [0, 1, 3])
    func conflict(revision: Int) async throws {
        try await StoreFolder.withStore { store in
            var rules = RuleSet()
            try await store.commit([Samples.commit(Samples.group("a"), to: &rules)])
            let commit = RuleCommit(
                revision: revision, at: Samples.time(0), author: "token:admin", changes: [], entries: [])
            let error = await #expect(throws: StoreError.self) { try await store.commit([commit]) }
            #expect(error?.code == .conflict)
        }
    }

    @Test("A commit of a task that is already cancelled is stored all the same")
    func cancelled() async throws {
        try await StoreFolder.withStore { store in
            var rules = RuleSet()
            let commit = try Samples.commit(Samples.group("a"), to: &rules, entries: [Samples.entry()])
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await store.commit([commit])
                try await store.record([Samples.entry()])
                return Task.isCancelled
            }
            #expect(try await task.value)
            #expect(try store.load().rules == rules)
            #expect(try await store.ledger(LedgerQuery()).records.count == 2)
        }
    }

    @Test("A rule that can't be read is named")
    func unreadable() async throws {
        try await StoreFolder.withStore { store in
            var rules = RuleSet()
            try await store.commit([Samples.commit(Samples.group("broken"), to: &rules)])
            try await store.pool.write { db in try db.execute(sql: "UPDATE \"groups\" SET document = '{}'") }
            let error = #expect(throws: StoreError.self) { try store.load() }
            #expect(error?.code == .unreadableRow)
            #expect(error?.detail.contains("group 'broken'") == true)
        }
    }
}
