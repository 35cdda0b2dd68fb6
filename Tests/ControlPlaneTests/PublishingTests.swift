import HashTreeCollections
import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("Changes are published at once, and bursts together")
struct PublishingTests {
    private func peers(_ controlPlane: ControlPlane, in group: String = "g") async -> [String] {
        await controlPlane.current.snapshot.groups[group]?.peers.map(\.id.description) ?? []
    }

    @Test("the first snapshot is there before anything happens, from what the store has")
    func firstSnapshot() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let snapshot = await controlPlane.current.snapshot
            #expect(snapshot == Snapshot(index: snapshot.index, revision: 0, groups: [:], routes: [:]))
            #expect(snapshot.index > 0)
        }
    }

    @Test("the first change is in force when the observation has been taken in")
    func atOnce() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start(
                configuration: ControlPlaneConfiguration(coalescing: .seconds(60))
            )
            await controlPlane.answer([.star(1)])
            #expect(await controlPlane.currentCatalog.services.isEmpty)
            try await controlPlane.putGroup("g", service: "star")
            let before = await controlPlane.current.snapshot.index
            // That was the first change; the window that it opened holds this one back.
            await controlPlane.answer([.star(1)])
            #expect(await controlPlane.current.snapshot.index == before)
            #expect(await controlPlane.isDirty)
        }
        try await DataFolder.with { folder in
            let first = try await folder.start()
            try await first.putGroup("g", service: "star")
            let controlPlane = try await folder.start(
                configuration: ControlPlaneConfiguration(coalescing: .seconds(60))
            )
            let before = await controlPlane.current.snapshot.index
            await controlPlane.answer([.star(1)])
            #expect(await controlPlane.current.snapshot.index == before + 1)
            #expect(await peers(controlPlane) == ["n1~s1"])
        }
    }

    @Test("a burst of fifty answers is two snapshots: the first change, and all the rest")
    func burst() async throws {
        try await DataFolder.with { folder in
            let first = try await folder.start()
            try await first.putGroup("g", service: "star")
            let controlPlane = try await folder.start(
                configuration: ControlPlaneConfiguration(
                    coalescing: .milliseconds(50),
                    coalescingLimit: .milliseconds(50)
                )
            )
            let before = await controlPlane.current.snapshot.index
            await controlPlane.believe(all: (1...50).map { count in .answer((1...count).map { .star($0) }) })
            try await eventually("the burst is published") { await !controlPlane.isDirty }
            #expect(await controlPlane.current.snapshot.index == before + 2)
            #expect(await peers(controlPlane).count == 50)
        }
    }

    @Test("answers that come for a while are far fewer snapshots, and the last state is published")
    func stream() async throws {
        try await DataFolder.with { folder in
            let first = try await folder.start()
            try await first.putGroup("g", service: "star")
            let controlPlane = try await folder.start(configuration: ControlPlaneConfiguration())
            let before = await controlPlane.current.snapshot.index
            for count in 1...50 { await controlPlane.answer((1...count).map { .star($0) }) }
            try await controlPlane.settled()
            #expect(await controlPlane.current.snapshot.index < before + 50)
            #expect(await peers(controlPlane).count == 50)
        }
    }

    @Test("an answer that workers wouldn't notice publishes nothing")
    func outputOnly() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            try await controlPlane.putGroup("g", service: "star", tag: "v1")
            await controlPlane.answer([.star(1), .star(2, health: .critical)], index: 1)
            let before = await controlPlane.current
            // The same again; another order; a failure; a sick peer's new tag; an instance that no group selects.
            await controlPlane.answer([.star(1), .star(2, health: .critical)], index: 2)
            await controlPlane.answer([.star(2, health: .critical), .star(1)], index: 3)
            await controlPlane.fail("refused")
            await controlPlane.answer([.star(1), .star(2, tags: ["v1", "new"], health: .maintenance)], index: 4)
            await controlPlane.answer([.star(1), .star(3, tags: ["v9"])], index: 5)
            #expect(await controlPlane.current === before)
            // What they say is known all the same.
            let service = await controlPlane.currentCatalog.services[ServiceKey(name: "star")]
            #expect(service?.watch.consulIndex == 5)
            #expect(service?.sortedInstances == [.star(1), .star(3, tags: ["v9"])])
        }
    }

    @Test("an unchanged answer leaves no entry in the ledger")
    func unchangedIsNotRecorded() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            try await controlPlane.putGroup("g", service: "star")
            await controlPlane.answer([.star(1)])
            let before = try await controlPlane.entries()
            for index in 8...20 { await controlPlane.answer([.star(1)], index: UInt64(index)) }
            #expect(try await controlPlane.entries() == before)
        }
    }

    @Test("a change of the rules is published even when workers wouldn't notice: the revision tells what is in force")
    func revisionIsPublished() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            let result = try await controlPlane.putGroup("g", service: "star")
            let snapshot = await controlPlane.current.snapshot
            #expect(snapshot.revision == 1)
            #expect(snapshot.index == result.index)
        }
    }

    @Test("peers of a service are known to a group that is written later")
    func laterGroup() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            try await controlPlane.putGroup("a", service: "star")
            await controlPlane.answer([.star(1)])
            try await controlPlane.putGroup("b", service: "star")
            #expect(await peers(controlPlane, in: "b") == ["n1~s1"])
        }
    }
}
