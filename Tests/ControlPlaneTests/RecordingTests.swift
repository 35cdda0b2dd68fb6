import HashTreeCollections
import RoutingModel
import Store
import TestKit
import Testing

@testable import ControlPlane

@Suite("The ledger goes on whatever can't be written, and says when it is behind")
struct RecordingTests {
    private static var impatient: ControlPlaneConfiguration {
        var configuration = ControlPlaneConfiguration.eager
        configuration.recordRetry = .milliseconds(5)
        configuration.ledgerPatience = .zero
        return configuration
    }

    @Test("one commit that can't be stored is left out; those before and after it are there")
    func poison() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            let controlPlane = try await folder.start(store: store, configuration: Self.impatient)
            try await controlPlane.putGroup("g", service: "star")
            try await controlPlane.settled()
            store.set { $0.poison = "n1~s2" }
            await controlPlane.believe(all: [
                .answer([.star(1)]), .answer([.star(1), .star(2)]), .answer([.star(1), .star(2), .star(3)]),
            ])
            try await controlPlane.settled()
            #expect(
                try await controlPlane.entries(.peerJoined).map { $0.peer?.description } == ["n1~s1", "n1~s3"])
            #expect(await controlPlane.unreadiness().isEmpty)
            #expect(await controlPlane.current.snapshot.groups["g"]?.peers.count == 3)
        }
    }

    @Test("while the disk fails nothing is left out, and it is said how far the ledger is behind")
    func disk() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            let controlPlane = try await folder.start(store: store, configuration: Self.impatient)
            try await controlPlane.putGroup("g", service: "star")
            try await controlPlane.settled()
            store.set { $0.disk = true }
            await controlPlane.believe(all: [.answer([.star(1)]), .answer([.star(1), .star(2)])])
            try await eventually("it was tried several times") { store.records > 8 }
            #expect(await controlPlane.pendingEntries == 2)
            let reasons = await controlPlane.unreadiness()
            #expect(reasons.count == 1)
            #expect(reasons.first?.hasPrefix("the ledger is 2 entries behind since ") == true)
            #expect(reasons.first?.contains("disk full") == true)
            store.set { $0.disk = false }
            #expect(try await controlPlane.entries(.peerJoined).count == 2)
            #expect(await controlPlane.unreadiness().isEmpty)
            #expect(await controlPlane.pendingEntries == 0)
        }
    }

    @Test("what is wrong with nobody knows what is kept while not even a harmless write succeeds")
    func unknown() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            let controlPlane = try await folder.start(store: store, configuration: Self.impatient)
            try await controlPlane.putGroup("g", service: "star")
            try await controlPlane.settled()
            store.set { ($0.record, $0.reserve) = (true, true) }
            await controlPlane.answer([.star(1)])
            try await eventually("it was tried several times") { store.records > 8 }
            store.set { ($0.record, $0.reserve) = (false, false) }
            #expect(try await controlPlane.entries(.peerJoined).count == 1)
        }
    }

    @Test("a moment of failure is no reason not to be ready")
    func patience() async throws {
        try await DataFolder.with { folder in
            let store = StoreProbe(try folder.open())
            var configuration = Self.impatient
            configuration.ledgerPatience = .seconds(3_600)
            let controlPlane = try await folder.start(store: store, configuration: configuration)
            try await controlPlane.putGroup("g", service: "star")
            try await controlPlane.settled()
            store.set { $0.disk = true }
            await controlPlane.answer([.star(1)])
            try await eventually("it failed") { store.records > 3 }
            #expect(await controlPlane.unreadiness().isEmpty)
            store.set { $0.disk = false }
            try await controlPlane.settled()
        }
    }

    @Test("a store tells the newest entry of a kind for every service, however many there are")
    func lastEntries() async throws {
        try await DataFolder.with { folder in
            let store = try folder.open()
            func entry(_ kind: LedgerKind, _ service: String?) -> LedgerEntry {
                LedgerEntry(at: .now(), kind: kind, actor: "consul", service: service)
            }
            try await store.record([
                CatalogCommit(entries: (1...1_500).map { entry(.discoveryStale, "s\($0)") }),
                CatalogCommit(entries: [
                    entry(.discoveryRecovered, "s1"), entry(.discoveryStale, "s1"), entry(.discoveryStale, nil),
                    entry(.peerLeft, "s1"),
                ]),
            ])
            let last = try await store.lastEntries(of: [.discoveryStale, .discoveryRecovered])
            #expect(last.count == 1_500)
            #expect(last["s1"] == [.discoveryStale: 1_502, .discoveryRecovered: 1_501])
            #expect(last["s1500"] == [.discoveryStale: 1_500])
            #expect(try await store.lastEntries(of: []).isEmpty)
        }
    }
}
