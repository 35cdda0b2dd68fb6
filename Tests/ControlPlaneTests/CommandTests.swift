import Foundation
import HashTreeCollections
import RoutingModel
import Store
import TestKit
import Testing

@testable import ControlPlane

@Suite("A command is acknowledged when it is durable, and refused without a trace")
struct CommandTests {
    @Test("fifty writers at once get fifty revisions in a row, and all of it is there after a restart")
    func concurrentWriters() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            let controlPlane = try await folder.start(store: store)
            let results = try await withThrowingTaskGroup(of: CommandResult.self) { group in
                for number in 1...50 { group.addTask { try await controlPlane.putGroup("g\(number)") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.map(\.revision).sorted() == Array(1...50))
            #expect(store.transactions < 50, "writers that wait share a transaction")
            let entries = try await controlPlane.entries(.groupCreated)
            #expect(entries.map(\.revision) == Array(1...50))

            // As after a crash: the first one was neither flushed nor closed.
            let restarted = try await folder.start()
            let rules = await restarted.currentRules
            #expect(rules == (await controlPlane.currentRules))
            #expect(rules.revision == 50)
            #expect(rules.groups.values.map(\.revision).sorted() == Array(1...50))
            #expect(await restarted.current.snapshot.groups.count == 50)
        }
    }

    @Test("an acknowledged write is in the store, in the rules and published, in this order")
    func acknowledged() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            for number in 1...10 {
                let result = try await controlPlane.putGroup("g\(number)")
                #expect(try folder.open().load().rules.groups["g\(number)"]?.revision == number)
                #expect(await controlPlane.currentRules.revision == number)
                #expect(await controlPlane.current.snapshot.index == result.index)
            }
        }
    }

    @Test("of commands in one transaction the refused ones leave the others alone, and each sees those before it")
    func mixedBatch() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            let controlPlane = try await folder.start(store: store)
            await store.commits.close()
            async let first = controlPlane.putGroup("a")
            try await eventually("the first is being written") { await store.commits.hasWaiting }
            // These wait for the first, and then go together.
            async let create: CommandResult = controlPlane.execute(
                .createGroup(Data(#"{"name":"b","peers":[]}"#.utf8)),
                author: "token:test"
            )
            try await eventually("one waits") { await controlPlane.pendingCommands.count == 1 }
            let again = Task {
                try await controlPlane.execute(
                    .createGroup(Data(#"{"name":"b","peers":[]}"#.utf8)),
                    author: "token:test"
                )
            }
            try await eventually("two wait") { await controlPlane.pendingCommands.count == 2 }
            async let route = controlPlane.putRoute("r", to: "b")
            try await eventually("three wait") { await controlPlane.pendingCommands.count == 3 }
            let delete = Task { try await controlPlane.execute(.deleteGroup("b"), author: "token:test") }
            try await eventually("four wait") { await controlPlane.pendingCommands.count == 4 }
            await store.commits.open()
            #expect(try await [first.revision, create.revision, route.revision] == [1, 2, 3])
            #expect(await problem { try await again.value } == .alreadyExists)
            #expect(await problem { try await delete.value } == .inUse)
            #expect(store.transactions == 2)
            #expect(await controlPlane.currentRules.revision == 3)
        }
    }

    @Test("a store that can't commit: unavailable, nothing changed; and the next write goes on from there")
    func failingStore() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            let controlPlane = try await folder.start(store: store)
            try await controlPlane.putGroup("a")
            let rules = await controlPlane.currentRules
            let published = await controlPlane.current
            let entries = try await controlPlane.entries()

            store.set { $0.commit = true }
            #expect(await problem { try await controlPlane.putGroup("b") } == .unavailable)
            #expect(await problem { try await controlPlane.putGroup("a", service: "star") } == .unavailable)
            // What was refused anyway keeps its own reason.
            #expect(await problem { try await controlPlane.putRoute("r", to: "nope") } == .invalid)
            #expect(await controlPlane.currentRules == rules)
            #expect(await controlPlane.current === published)
            #expect(try await controlPlane.entries() == entries)
            #expect(await controlPlane.currentCatalog.services.isEmpty)

            store.set { $0.commit = false }
            #expect(try await controlPlane.putGroup("b").revision == 2)
            #expect(try folder.open().load().rules == (await controlPlane.currentRules))
        }
    }

    @Test("a command that changes nothing is acknowledged with the revision and the snapshot in force")
    func noChange() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let first = try await controlPlane.putGroup("a")
            try await controlPlane.putGroup("b")
            let again = try await controlPlane.putGroup("a")
            #expect(first.changes.count == 1)
            #expect(again.changes.isEmpty)
            #expect(again.revision == 2)
            #expect(again.index == (await controlPlane.current.snapshot.index))
        }
    }

    @Test("whoever gives up waiting doesn't undo the write")
    func cancelled() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            let controlPlane = try await folder.start(store: store)
            await store.commits.close()
            let write = Task { try await controlPlane.putGroup("a") }
            try await eventually("it is being written") { await store.commits.hasWaiting }
            write.cancel()
            await store.commits.open()
            #expect(try await write.value.revision == 1)
            #expect(try folder.open().load().rules.groups.keys.sorted() == ["a"])
        }
    }

    private func problem(_ work: () async throws -> CommandResult) async -> Problem.Code? {
        do {
            _ = try await work()
            return nil
        } catch {
            return (error as? Problem)?.code
        }
    }
}
