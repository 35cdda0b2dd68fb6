import RoutingModel
import Testing

@testable import ControlPlane

@Suite("Peers are shown with what workers hold them for")
struct PeerHealthTests {
    @Test("only those of whom a worker has something to say, and only now")
    func shown() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            await admin.answer([AdminFixture.instance("s1"), AdminFixture.instance("s2", port: 1)])
            #expect(try await admin.get("/v1/routing?worker=edge-1").status == 200)
            let since = Timestamp(milliseconds: 1_000)
            await admin.controlPlane.take(
                [
                    WorkerReport.PeerState(
                        group: "star-stable", peer: PeerID("n1~s2"), health: .ejected, reason: "A \"request\" failed.",
                        since: since, until: since.adding(.seconds(1)))
                ], from: "edge-1")
            let peers = try await admin.get("/v1/peers?group=star-stable").items
            #expect(peers.map { $0["id"] } == ["n1~s1", "n1~s2"])
            #expect(peers[0]["workers"] == nil)
            #expect(
                peers[1]["workers"] == [
                    [
                        "worker": "edge-1", "health": "ejected", "reason": "A \"request\" failed.",
                        "since": "1970-01-01T00:00:01.000Z", "until": "1970-01-01T00:00:02.000Z",
                    ]
                ])
            try await admin.settled()
            let past = try await admin.get("/v1/peers?group=star-stable&at=now").items
            #expect(past.allSatisfy { $0["workers"] == nil })
            let entry = try #require(try await admin.get("/v1/audit?kind=peer.ejected&peer=n1~s2").items.first)
            #expect(entry["actor"] == "worker:edge-1" && entry["groups"] == ["star-stable"])
        }
    }
}
