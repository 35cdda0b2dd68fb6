import HashTreeCollections
import RoutingEngine
import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("An answer that takes too much away is confirmed before it is believed")
struct ConfirmationTests {
    private static let star = ServiceKey(name: "star")

    /// A control plane with a group of `count` instances, all passing.
    private func run(
        _ count: Int, _ body: (ControlPlane, FakeDiscovery) async throws -> Void
    ) async throws {
        try await DataFolder.with { folder in
            let discovery = FakeDiscovery()
            let controlPlane = try await folder.start(discovery: discovery)
            try await controlPlane.putGroup("g", service: "star")
            await controlPlane.observe(.answer((1...count).map { .star($0) }))
            #expect(await controlPlane.usable == count)
            try await body(controlPlane, discovery)
        }
    }

    @Test("until the second answer is there the peers stay; then it counts")
    func confirmed() async throws {
        try await run(2) { controlPlane, discovery in
            let (goOn, goes) = AsyncStream.makeStream(of: Void.self)
            discovery.whenConfirming { _ in
                for await _ in goOn { break }
                return .answer([], index: 9)
            }
            await controlPlane.observe(.answer([], index: 8))
            #expect(await controlPlane.usable == 2)
            #expect(await controlPlane.watch.state == .fresh)
            goes.yield()
            try await eventually("the confirmed answer is believed") { await controlPlane.usable == 0 }
            #expect(await controlPlane.watch.consulIndex == 9)
            #expect(try await controlPlane.entries(.peerLeft).count == 2)
        }
    }

    @Test("a second answer that disagrees is what is believed")
    func disagrees() async throws {
        try await run(2) { controlPlane, discovery in
            discovery.whenConfirming { _ in .answer([.star(1), .star(2), .star(3)], index: 9) }
            await controlPlane.observe(.answer([], index: 8))
            try await eventually("the confirmation is taken") { await controlPlane.usable == 3 }
            #expect(try await controlPlane.entries(.peerLeft).isEmpty)
        }
    }

    @Test("while nobody confirms it the peers stay, stale, with the reason; it is asked again until somebody does")
    func unconfirmed() async throws {
        try await run(6) { controlPlane, discovery in
            discovery.whenConfirming { key in
                ServiceObservation(key: key, at: .now(), outcome: .failure(reason: "No cluster leader"))
            }
            await controlPlane.observe(.answer((4...6).map { .star($0) }, index: 8))
            try await eventually("it is stale") { await controlPlane.watch.state == .stale }
            #expect(await controlPlane.usable == 6)
            #expect(
                await controlPlane.watch.lastError
                    == "An answer that would take 3 of 6 usable peers from group 'g' could not be confirmed: No cluster leader"
            )
            discovery.whenConfirming { _ in .answer((4...6).map { .star($0) }, index: 8) }
            try await eventually("it is believed") { await controlPlane.usable == 3 }
            #expect(await controlPlane.watch.state == .fresh)
            #expect(try await controlPlane.entries(.discoveryStale, .discoveryRecovered).count == 2)
        }
    }

    @Test("an answer that has the peers back settles it: a confirmation that comes late changes nothing")
    func settled() async throws {
        try await run(2) { controlPlane, discovery in
            let (goOn, goes) = AsyncStream.makeStream(of: Void.self)
            let (answered, answers) = AsyncStream.makeStream(of: Void.self)
            discovery.whenConfirming { _ in
                for await _ in goOn { break }
                answers.yield()
                return .answer([], index: 9)
            }
            await controlPlane.observe(.answer([], index: 8))
            await controlPlane.observe(.answer([.star(1), .star(2)], index: 10))
            goes.yield()
            for await _ in answered { break }
            // Another service's observation goes through the same actor after it.
            await controlPlane.observe(.answer([.star(1), .star(2)], index: 11))
            #expect(await controlPlane.usable == 2)
            #expect(await controlPlane.discoveryGuard.isCalm)
        }
    }

    @Test(
        "what is too much",
        arguments: [
            (1, 0, true), (2, 0, true), (2, 1, false), (4, 2, false), (6, 3, true), (7, 4, false), (5, 2, true),
            (0, 0, false),
            (3, 3, false), (10, 20, false),
        ])
    func tooMuch(before: Int, after: Int, isAlarm: Bool) {
        func group(_ count: Int) -> ResolvedGroup {
            let instances = (0..<count).map { Instance.star($0) }
            let service = CatalogService(
                key: Self.star,
                instances: Dictionary(instances.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }))
            return Resolver.resolve("g", Group(consul: ConsulSelector(service: "star")), in: Catalog([service]))
        }
        #expect(
            (ShrinkCheck.alarm([group(before)], after: [group(after)], empties: false, policy: GuardPolicy()) != nil)
                == isAlarm)
    }
}

extension ControlPlane {
    /// Usable peers of group `g`.
    fileprivate var usable: Int { currentGroups["g"]?.peers.count(where: \.isUsable) ?? 0 }

    fileprivate var watch: WatchStatus { currentCatalog.services[ServiceKey(name: "star")]?.watch ?? WatchStatus() }
}
