import HashTreeCollections
import Logging
import RoutingModel
import ServiceLifecycle
import Store
import TestKit
import Testing

@testable import ControlPlane

@Suite("As a service it runs until it is told to end, and then leaves nothing undone")
struct ServiceTests {
    private func group(_ controlPlane: ControlPlane) -> ServiceGroup {
        ServiceGroup(configuration: .init(services: [controlPlane], logger: .silent))
    }

    @Test("it takes in what discovery says, answers whoever waits at the end, and writes down all it knows")
    func followsAndEnds() async throws {
        try await DataFolder.with { folder in
            let discovery = FakeDiscovery()
            let store = try folder.open()
            let controlPlane = try await folder.start(store: store, discovery: discovery)
            try await controlPlane.putGroup("g", service: "star")
            let services = group(controlPlane)
            async let running: Void = services.run()

            discovery.say(.answer([.star(1)]))
            discovery.say(.answer([.star(1), .star(2)]))
            try await eventually("both answers are taken in") {
                await controlPlane.current.snapshot.groups["g"]?.peers.count == 2
            }
            let index = await controlPlane.current.snapshot.index
            async let held = controlPlane.update(after: index, wait: .seconds(600))
            try await eventually("somebody waits") { await controlPlane.watchers.count == 1 }
            await services.triggerGracefulShutdown()
            #expect(await held == nil)
            try await running
            #expect(try store.load().catalog.services[ServiceKey(name: "star")]?.instances.count == 2)
            #expect(try await store.ledger(LedgerQuery(kinds: [.peerJoined])).records.count == 2)
        }
    }

    @Test("without discovery it runs all the same until it is told to end")
    func withoutDiscovery() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await ControlPlane(store: try folder.open(), discovery: nil, logger: .silent)
            try await controlPlane.putGroup("g", service: "star")
            #expect(await controlPlane.unreadiness().isEmpty)
            let services = group(controlPlane)
            let running = Task { try await services.run() }
            try await controlPlane.putGroup("h")
            await services.triggerGracefulShutdown()
            try await running.value
        }
    }

    @Test("a store that fails to the end doesn't keep it from ending")
    func failingStore() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            let controlPlane = try await folder.start(store: store)
            try await controlPlane.putGroup("g", service: "star")
            let services = group(controlPlane)
            async let running: Void = services.run()
            try await controlPlane.settled()
            store.set { $0.record = true }
            await controlPlane.answer([.star(1)])
            await services.triggerGracefulShutdown()
            try await within(.seconds(20), "ending") { [controlPlane] in
                try await eventually("it ends") {
                    let isWriting = await controlPlane.isRecording
                    return await controlPlane.isShuttingDown && !isWriting
                }
            }
            try await running
        }
    }
}
