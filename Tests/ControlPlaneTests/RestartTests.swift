import HashTreeCollections
import RoutingModel
import Store
import TestKit
import Testing

@testable import ControlPlane

@Suite("A restart serves what was last known, and tells afterwards what changed meanwhile")
struct RestartTests {
    @Test("with Consul down the peers of before are served, marked stale")
    func servesLastKnown() async throws {
        try await DataFolder.with { folder in
            let first = try await folder.start()
            try await first.putGroup("g", service: "star")
            try await first.putRoute("r", to: "g")
            await first.answer([.star(1), .star(2)])
            try await first.settled()
            let before = await first.current.snapshot

            let discovery = FakeDiscovery()
            let second = try await folder.start(discovery: discovery)
            #expect(discovery.watched == [ServiceKey(name: "star")])
            await second.fail("refused")
            let snapshot = await second.current.snapshot
            #expect(snapshot.groups == before.groups)
            #expect(snapshot.routes == before.routes)
            #expect(snapshot.revision == before.revision)
            #expect(snapshot.index > before.index)
            let service = try #require(await second.currentCatalog.services[ServiceKey(name: "star")])
            #expect(service.watch.state == .stale)
            #expect(service.watch.staleSince != nil)
            #expect(await second.unreadiness().isEmpty)
        }
    }

    @Test("what changed while Signalbox was down is in the ledger with the first answer, and says so")
    func changedMeanwhile() async throws {
        try await DataFolder.with { folder in
            let first = try await folder.start()
            try await first.putGroup("g", service: "star")
            await first.answer([.star(1), .star(2)])
            let known = try await first.entries().count

            let second = try await folder.start()
            await second.answer([.star(2, health: .critical), .star(3)], index: 99)
            let index = await second.current.snapshot.index
            await second.answer([.star(3)], index: 100)
            let entries = Array(try await second.entries().dropFirst(known))
            #expect(
                entries.map { "\($0.peer?.description ?? "") \($0.kind.rawValue)" } == [
                    "n1~s1 peer.left", "n1~s2 peer.health", "n1~s3 peer.joined", "n1~s2 peer.left",
                ]
            )
            let cause = try #require(entries.first?.cause)
            #expect(cause.isEmpty == false)
            #expect(entries.map(\.cause) == [cause, cause, cause, nil])
            #expect(entries.prefix(3).allSatisfy { $0.index == index && $0.consulIndex == 99 })
        }
    }

    @Test("a failure before the first answer doesn't hide what changed while it was down")
    func failureFirst() async throws {
        try await DataFolder.with { folder in
            let first = try await folder.start()
            try await first.putGroup("g", service: "star")
            await first.answer([.star(1)])
            try await first.settled()
            let second = try await folder.start()
            await second.fail("refused")
            await second.answer([])
            #expect(try await second.entries(.peerLeft).map { $0.cause != nil } == [true])
        }
    }

    @Test("what could not be written down before a crash is found again by the next start")
    func lostRecords() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            let first = try await folder.start(store: store)
            try await first.putGroup("g", service: "star")
            await first.answer([.star(1)])
            try await first.settled()
            store.set { $0.record = true }
            await first.answer([.star(1), .star(2)])
            // Workers have it at once, whatever the disk does.
            #expect(await first.current.snapshot.groups["g"]?.peers.count == 2)

            let second = try await folder.start()
            #expect(await second.current.snapshot.groups["g"]?.peers.count == 1)
            await second.answer([.star(1), .star(2)])
            #expect(try await second.entries(.peerJoined).map { $0.peer?.description } == ["n1~s1", "n1~s2"])
            await first.flushRecords()
        }
    }

    @Test("records that fail are written again, in their order and once")
    func recordsAreRetried() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            let controlPlane = try await folder.start(store: store)
            try await controlPlane.putGroup("g", service: "star")
            try await controlPlane.settled()
            store.set { $0.record = true }
            await controlPlane.answer([.star(1)])
            await controlPlane.answer([.star(1), .star(2)])
            await controlPlane.answer([.star(2)])
            store.set { $0.record = false }
            #expect(
                try await controlPlane.entries(.peerJoined, .peerLeft).map {
                    "\($0.kind.rawValue) \($0.peer?.description ?? "")"
                } == [
                    "peer.joined n1~s1", "peer.joined n1~s2", "peer.left n1~s1",
                ]
            )
            let stored = try store.load().catalog.services[ServiceKey(name: "star")]
            #expect(stored?.instances.keys.map(\.description) == ["n1~s2"])
        }
    }

    @Test("a service whose last group went is forgotten by watch, catalog and store")
    func forgotten() async throws {
        try await DataFolder.with { folder in
            let store = try folder.open()
            let discovery = FakeDiscovery()
            let controlPlane = try await folder.start(store: store, discovery: discovery)
            try await controlPlane.putGroup("g", service: "star")
            try await controlPlane.putGroup("h", service: "moon")
            #expect(discovery.watched == [ServiceKey(name: "star"), ServiceKey(name: "moon")])
            await controlPlane.answer([.star(1)])
            try await controlPlane.putGroup("g", service: "sun")
            #expect(discovery.watched == [ServiceKey(name: "sun"), ServiceKey(name: "moon")])
            await controlPlane.answer([.star(1), .star(2)])
            try await controlPlane.settled()
            #expect(await controlPlane.currentCatalog.services.keys.sorted().map(\.name) == ["moon", "sun"])
            #expect(try store.load().catalog.services[ServiceKey(name: "star")] == nil)
            #expect(await controlPlane.current.snapshot.groups["g"]?.peers.isEmpty == true)
        }
    }
}
