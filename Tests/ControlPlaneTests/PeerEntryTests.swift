import RoutingModel
import Testing

@testable import ControlPlane

@Suite("The ledger tells what became of every peer")
struct PeerEntryTests {
    @Test("an entry names the instance, its groups, what was and what is, and Consul's index")
    func everything() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            try await controlPlane.putGroup("all", service: "star")
            try await controlPlane.putGroup("one", service: "star", tag: "v1")
            try await controlPlane.putGroup("two", service: "star", tag: "v2")
            let at = Timestamp.now()
            await controlPlane.believe(.answer([.star(1)], index: 70, at: at))
            let index = await controlPlane.current.snapshot.index
            #expect(
                try await controlPlane.entries(.peerJoined) == [
                    LedgerEntry(
                        at: at,
                        kind: .peerJoined,
                        actor: "consul",
                        service: "star",
                        peer: PeerID("n1~s1"),
                        groups: ["all", "one"],
                        after: [
                            "address": "10.0.0.1", "port": 8_001, "health": "passing", "tags": ["v1"], "meta": [:],
                            "weights": ["passing": 1, "warning": 1],
                        ],
                        consulIndex: 70,
                        revision: 3,
                        index: index
                    )
                ]
            )

            // From one group to the other: both are concerned.
            await controlPlane.believe(.answer([.star(1, tags: ["v2"])], index: 71, at: at))
            let moved = try #require(try await controlPlane.entries(.peerTags).first)
            #expect(moved.groups == ["all", "one", "two"])
            #expect(moved.before == ["tags": ["v1"]])
            #expect(moved.after == ["tags": ["v2"]])
            #expect(moved.consulIndex == 71)

            await controlPlane.believe(.answer([.star(1, tags: ["v2"], health: .critical)], index: 72, at: at))
            let sick = try #require(try await controlPlane.entries(.peerHealth).first)
            #expect(sick.groups == ["all", "two"])
            #expect(sick.before == ["health": "passing"])
            #expect(sick.after == ["health": "critical"])
            #expect(sick.index == (await controlPlane.current.snapshot.index))

            await controlPlane.believe(.answer([], index: 73, at: at))
            let left = try #require(try await controlPlane.entries(.peerLeft).first)
            #expect(left.before?["health"] == "critical")
            #expect(left.after == nil)
            // Nobody used it any more when it left: no snapshot was needed.
            #expect(left.index == sick.index)
        }
    }

    @Test("an instance that no group selects is in the ledger all the same, in no group")
    func outsideGroups() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            try await controlPlane.putGroup("one", service: "star", tag: "v1")
            await controlPlane.answer([.star(1, tags: ["other"])])
            #expect(try await controlPlane.entries(.peerJoined).map(\.groups) == [[]])
        }
    }

    @Test("an outage is one stale and one recovered entry, however often Consul fails in between")
    func staleAndRecovered() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            try await controlPlane.putGroup("g", service: "star")
            await controlPlane.fail("not answered yet")
            #expect(try await controlPlane.entries(.discoveryStale, .discoveryRecovered).isEmpty)
            await controlPlane.answer([.star(1)], index: 5)
            for _ in 1...2 {
                for reason in ["refused", "No cluster leader", "timeout"] { await controlPlane.fail(reason) }
                for _ in 1...3 { await controlPlane.answer([.star(1)], index: 6) }
            }
            let entries = try await controlPlane.entries(.discoveryStale, .discoveryRecovered)
            #expect(
                entries.map(\.kind) == [.discoveryStale, .discoveryRecovered, .discoveryStale, .discoveryRecovered]
            )
            #expect(entries.map(\.cause) == ["refused", nil, "refused", nil])
            #expect(entries.allSatisfy { $0.service == "star" && $0.groups == ["g"] && $0.actor == "consul" })
            #expect(entries.map(\.consulIndex) == [5, 6, 6, 6])
            #expect(try await controlPlane.entries(.peerLeft, .peerJoined).count == 1)
        }
    }

    @Test("an outage that outlives a restart is still one stale and one recovered entry")
    func staleAcrossRestart() async throws {
        try await DataFolder.with { folder in
            let first = try await folder.start()
            try await first.putGroup("g", service: "star")
            await first.answer([.star(1)])
            await first.fail("refused")
            try await first.settled()

            let second = try await folder.start()
            await second.fail("refused")
            await second.fail("refused")
            await second.answer([.star(1)])
            await second.answer([.star(1)])
            #expect(
                try await second.entries(.discoveryStale, .discoveryRecovered).map(\.kind) == [
                    .discoveryStale, .discoveryRecovered,
                ]
            )
        }
    }

    @Test("a service that recovers with other peers tells both")
    func recoversChanged() async throws {
        try await DataFolder.with { folder in
            let controlPlane = try await folder.start()
            try await controlPlane.putGroup("g", service: "star")
            await controlPlane.answer([.star(1), .star(2)])
            await controlPlane.fail("refused")
            await controlPlane.answer([.star(2), .star(3)])
            let kinds = try await controlPlane.entries().map(\.kind)
            #expect(kinds.suffix(4) == [.discoveryStale, .discoveryRecovered, .peerLeft, .peerJoined])
        }
    }
}
