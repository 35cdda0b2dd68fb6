import HashTreeCollections
import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("A ledger entry names the first snapshot that has its change")
struct LedgerIndexTests {
    @Test("of writes and answers that come all at once, every entry's index is right")
    func everyEntry() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start(
                configuration: ControlPlaneConfiguration(
                    coalescing: .milliseconds(1),
                    coalescingLimit: .milliseconds(4),
                    commitGrace: .seconds(60)
                )
            )
            try await controlPlane.putGroup("g", service: "star")
            let log = SnapshotLog()
            let following = Task { await log.follow(controlPlane) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...40 { group.addTask { try await controlPlane.putRoute("r\(number)", to: "g") } }
                group.addTask {
                    for count in 1...60 {
                        await controlPlane.answer((1...count).map { .star($0) })
                        await Task.yield()
                    }
                }
                try await group.waitForAll()
            }
            try await controlPlane.settled()
            let last = await controlPlane.current.snapshot.index
            try await eventually("every snapshot is collected") { log.snapshots.last?.index == last }
            following.cancel()
            await controlPlane.releaseWatchers()

            let snapshots = log.snapshots
            #expect(snapshots.map(\.index) == snapshots.map(\.index).sorted())
            let entries = try await controlPlane.entries(.peerJoined, .routeCreated)
            #expect(entries.count == 100)
            for entry in entries {
                func hasIt(_ snapshot: Snapshot) -> Bool {
                    if let peer = entry.peer { return snapshot.groups["g"]?.peers.contains { $0.id == peer } == true }
                    return entry.route.map { snapshot.routes[$0] != nil } ?? false
                }
                #expect(snapshots.allSatisfy { hasIt($0) == ($0.index >= entry.index) }, "\(entry.kind) \(entry.index)")
            }
        }
    }

    @Test("what changes while a write is under way goes out with it, in the snapshot that both were promised")
    func sharedSnapshot() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            let controlPlane = try await folder.start(store: store)
            try await controlPlane.putGroup("g", service: "star")
            let before = await controlPlane.current.snapshot.index
            await store.commits.close()
            async let write = controlPlane.putRoute("r", to: "g")
            try await eventually("it is being written") { await store.commits.hasWaiting }
            await controlPlane.answer([.star(1)])
            #expect(await controlPlane.current.snapshot.index == before)
            await store.commits.open()
            #expect(try await write.index == before + 1)
            let snapshot = await controlPlane.current.snapshot
            #expect(snapshot.index == before + 1)
            #expect(snapshot.routes["r"] != nil)
            #expect(snapshot.groups["g"]?.peers.count == 1)
            #expect(
                try await controlPlane.entries(.peerJoined, .routeCreated).map(\.index) == [before + 1, before + 1]
            )
        }
    }

    @Test("a write that fails doesn't hold up what changed meanwhile")
    func failedWrite() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            let controlPlane = try await folder.start(store: store)
            try await controlPlane.putGroup("g", service: "star")
            let before = await controlPlane.current.snapshot.index
            await store.commits.close()
            store.set { $0.commit = true }
            let write = Task { try await controlPlane.putRoute("r", to: "g") }
            try await eventually("it is being written") { await store.commits.hasWaiting }
            await controlPlane.answer([.star(1)])
            await store.commits.open()
            await #expect(throws: Problem.self) { try await write.value }
            let snapshot = await controlPlane.current.snapshot
            #expect(snapshot.index == before + 1)
            #expect(snapshot.groups["g"]?.peers.count == 1)
            #expect(try await controlPlane.entries(.peerJoined).map(\.index) == [before + 1])
        }
    }

    @Test("a stalled disk keeps peers' changes from workers for no longer than the grace")
    func stalledStore() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            var configuration = ControlPlaneConfiguration.eager
            configuration.commitGrace = .milliseconds(20)
            let controlPlane = try await folder.start(store: store, configuration: configuration)
            try await controlPlane.putGroup("g", service: "star")
            let before = await controlPlane.current.snapshot.index
            await store.commits.close()
            async let write = controlPlane.putRoute("r", to: "g")
            try await eventually("it is being written") { await store.commits.hasWaiting }
            for count in 1...3 {
                await controlPlane.answer((1...count).map { .star($0) })
                try await eventually("workers learn of \(count) peers") {
                    await controlPlane.current.snapshot.groups["g"]?.peers.count == count
                }
            }
            #expect(await controlPlane.current.snapshot.routes.isEmpty)
            await store.commits.open()
            // The answer names the snapshot that has it, though others went first.
            let result = try await write
            let snapshot = await controlPlane.current.snapshot
            #expect(snapshot.routes["r"] != nil)
            #expect(result.index == snapshot.index)
            #expect(snapshot.index > before + 1)
        }
    }
}
