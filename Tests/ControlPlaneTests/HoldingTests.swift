import HashTreeCollections
import RoutingModel
import Store
import TestKit
import Testing

@testable import ControlPlane

@Suite("While Consul can't be believed the peers stay, and it is told why")
struct HoldingTests {
    private static let star = ServiceKey(name: "star")

    private func run(_ body: (ControlPlane, FakeDiscovery) async throws -> Void) async throws {
        try await DataFolder.with { folder in
            let discovery = FakeDiscovery()
            let controlPlane = try await folder.start(discovery: discovery)
            try await controlPlane.putGroup("g", service: "star")
            await controlPlane.observe(.answer([.star(1), .star(2)], index: 100))
            try await body(controlPlane, discovery)
        }
    }

    private func hold(_ controlPlane: ControlPlane, _ discovery: FakeDiscovery, index: UInt64 = 5) async throws {
        discovery.whenConfirming { _ in .answer([], index: index) }
        await controlPlane.observe(.answer([], index: index))
        try await eventually("it is held") { await controlPlane.held(Self.star) != nil }
    }

    @Test("data that was lost: held and stale, one row in the ledger; over when the instances are back")
    func lostData() async throws {
        try await run { controlPlane, discovery in
            let index = await controlPlane.current.snapshot.index
            try await hold(controlPlane, discovery)
            let held = try #require(await controlPlane.held(Self.star))
            #expect(held.reason.contains("went back from 100 to 5"))
            #expect(held.would == "leave group 'g' without a usable peer")
            #expect(held.instances == 0)
            let watch = await controlPlane.service("star").watch
            #expect(watch.state == .stale)
            #expect(watch.lastError == held.reason)
            #expect(watch.consulIndex == 100)
            #expect(watch.nextAttemptAt == held.recheckAt)
            #expect(await controlPlane.current.snapshot.index == index)
            try await eventually("it is asked again") {
                await controlPlane.held(Self.star)?.recheckAt ?? held.recheckAt > held.recheckAt
            }
            await controlPlane.observe(.answer([.star(1), .star(2)], index: 9))
            #expect(await controlPlane.held(Self.star) == nil)
            #expect(await controlPlane.service("star").watch.state == .fresh)
            let entries = try await controlPlane.entries(
                .discoveryStale, .discoveryHeld, .discoveryRecovered, .peerLeft)
            #expect(entries.map(\.kind) == [.discoveryStale, .discoveryHeld, .discoveryRecovered])
            #expect(entries[1].cause == held.reason)
            #expect(entries[1].groups == ["g"])
            #expect(entries[1].actor == "signalbox")
            #expect(entries[1].consulIndex == 100)
        }
    }

    @Test("a second answer that takes less away is believed, and the ledger has what was not confirmed")
    func refuted() async throws {
        try await run { controlPlane, discovery in
            discovery.whenConfirming { _ in .answer([.star(1), .star(2)], index: 101) }
            await controlPlane.observe(.answer([], index: 101))
            try await eventually("it is settled") { await controlPlane.discoveryGuard.isCalm }
            let entries = try await controlPlane.entries(.discoveryHeld, .discoveryStale, .peerLeft)
            #expect(
                entries.map(\.cause) == [
                    "An answer that would leave group 'g' without a usable peer was not confirmed: "
                        + "the leader still lists 2 instances."
                ])
        }
    }

    @Test("a service that no group's selector chooses from is not emptied unconfirmed either")
    func emptiesService() async throws {
        try await DataFolder.with { folder in
            let discovery = FakeDiscovery()
            let controlPlane = try await folder.start(discovery: discovery)
            try await controlPlane.putGroup("g", service: "star", tag: "none")
            await controlPlane.observe(.answer([.star(1)], index: 100))
            try await hold(controlPlane, discovery)
            #expect(await controlPlane.held(Self.star)?.would == "leave the service without an instance")
        }
    }

    @Test("an operator's word makes it true at once, and names him wherever a peer went")
    func accepted() async throws {
        try await run { controlPlane, discovery in
            await #expect(throws: Problem.self) { try await controlPlane.accept(Self.star, author: "token:a") }
            await #expect(throws: Problem.self) {
                try await controlPlane.accept(ServiceKey(name: "nope"), author: "token:a")
            }
            try await hold(controlPlane, discovery)
            try await controlPlane.accept(Self.star, author: "token:a", reason: "we moved")
            #expect(await controlPlane.held(Self.star) == nil)
            #expect(await controlPlane.service("star").instances.isEmpty)
            #expect(await controlPlane.service("star").watch.state == .fresh)
            #expect(await controlPlane.service("star").watch.consulIndex == 5)
            let entries = try await controlPlane.entries(.discoveryAccepted, .discoveryRecovered, .peerLeft)
            #expect(entries.map(\.kind) == [.discoveryAccepted, .discoveryRecovered, .peerLeft, .peerLeft])
            #expect(entries[0].actor == "token:a")
            #expect(entries[0].reason == "we moved")
            #expect(entries[0].index == (await controlPlane.current.snapshot.index))
            #expect(entries[0].cause?.contains("went back from 100 to 5") == true)
            #expect(
                entries.suffix(2).map(\.cause)
                    == Array(repeating: "A held answer was accepted by token:a: we moved", count: 2))
        }
    }

    @Test("a restart finds again what was held, and doesn't say so twice")
    func restart() async throws {
        try await DataFolder.with { folder in
            let discovery = FakeDiscovery()
            let first = try await folder.start(discovery: discovery)
            try await first.putGroup("g", service: "star")
            await first.observe(.answer([.star(1), .star(2)], index: 100))
            try await hold(first, discovery)
            try await first.settled()
            await first.flushRecords()

            let second = try await folder.start(discovery: discovery)
            #expect(await second.current.snapshot.groups["g"]?.peers.count == 2)
            #expect(await second.unreadiness().isEmpty)
            try await hold(second, discovery)
            #expect(await second.current.snapshot.groups["g"]?.peers.count == 2)
            await second.observe(.answer([.star(1), .star(2)], index: 9))
            let kinds = try await second.entries(.discoveryStale, .discoveryHeld, .discoveryRecovered).map(\.kind)
            #expect(kinds == [.discoveryStale, .discoveryHeld, .discoveryRecovered])
            await second.flushRecords()

            // After that it is another matter.
            let third = try await folder.start(discovery: discovery)
            try await hold(third, discovery, index: 2)
            #expect(try await third.entries(.discoveryHeld).count == 2)
        }
    }

    @Test("with the guard off every complete answer is believed")
    func off() async throws {
        try await DataFolder.with { folder in
            var configuration = ControlPlaneConfiguration.eager
            configuration.guarding.isOn = false
            let controlPlane = try await folder.start(configuration: configuration)
            try await controlPlane.putGroup("g", service: "star")
            await controlPlane.observe(.answer([.star(1), .star(2)], index: 100))
            await controlPlane.observe(.answer([], index: 5))
            #expect(await controlPlane.service("star").instances.isEmpty)
        }
    }

    @Test("many services that go at once are held, and those that were believed get back what they had")
    func massLoss() async throws {
        try await DataFolder.with { folder in
            let discovery = FakeDiscovery()
            let controlPlane = try await folder.start(discovery: discovery)
            let names = (1...10).map { "s\($0)" }
            for name in names {
                try await controlPlane.putGroup(name, service: name)
                await controlPlane.observe(.answer([.star(1), .star(2)], of: name, index: 10))
            }
            discovery.whenConfirming { key in .answer([], of: key.name, index: 11) }
            for gone in 1...4 {
                discovery.listing(Set(names.dropFirst(gone)).union(["consul"]))
                await controlPlane.observe(.answer([], of: names[gone - 1], index: 11))
                try await eventually("\(gone) are believed") {
                    await controlPlane.service(names[gone - 1]).instances.isEmpty
                }
            }
            discovery.listing(Set(names.dropFirst(5)).union(["consul"]))
            await controlPlane.observe(.answer([], of: "s5", index: 11))
            try await eventually("all five are held") { await controlPlane.currentServices.held.count == 5 }
            for name in names {
                #expect(await controlPlane.service(name).instances.count == 2)
                #expect(await controlPlane.current.snapshot.groups[name]?.peers.isEmpty == false)
            }
            let entries = try await controlPlane.entries(.discoveryHeld, .peerJoined).suffix(13)
            #expect(entries.count { $0.kind == .discoveryHeld } == 5)
            let back = entries.filter { $0.kind == .peerJoined }
            #expect(back.count == 8)
            #expect(back.allSatisfy { $0.cause?.hasPrefix("Put back") == true && $0.actor == "signalbox" })

            // They are there again: the next questions say so by themselves.
            discovery.whenConfirming { key in .answer([.star(1), .star(2)], of: key.name, index: 12) }
            try await eventually("nothing is held") { await controlPlane.currentServices.held.isEmpty }
            for name in names { #expect(await controlPlane.service(name).watch.state == .fresh) }
        }
    }

    @Test("checks that only say something else make no snapshot and no entry")
    func outputOnly() async throws {
        try await run { controlPlane, _ in
            try await controlPlane.settled()
            let snapshot = await controlPlane.current.snapshot.index
            let entries = try await controlPlane.entries().count
            for index in 101...110 {
                await controlPlane.observe(.answer([.star(2), .star(1)], index: UInt64(index)))
            }
            try await controlPlane.settled()
            #expect(await controlPlane.current.snapshot.index == snapshot)
            #expect(try await controlPlane.entries().count == entries)
            #expect(await controlPlane.service("star").watch.consulIndex == 110)
        }
    }
}

extension ControlPlane {
    fileprivate func service(_ name: String) -> CatalogService {
        let key = ServiceKey(name: name)
        return catalog.services[key] ?? CatalogService(key: key)
    }

    fileprivate func held(_ key: ServiceKey) -> HeldAnswer? { currentServices.held[key] }
}

extension ServiceObservation {
    fileprivate static func answer(_ instances: [Instance], of name: String, index: UInt64) -> ServiceObservation {
        ServiceObservation(
            key: ServiceKey(name: name), at: .now(),
            outcome: .answer(consulIndex: index, instances: instances, skipped: []))
    }
}
