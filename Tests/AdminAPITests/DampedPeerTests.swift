import RoutingModel
import Testing

@testable import ControlPlane

@Suite("A peer that is dampened is shown as such, and an operator may let it back in")
struct DampedPeerTests {
    /// Has instance `s2` fail and pass its check again and again.
    private func flap(_ admin: AdminFixture) async throws {
        try await admin.writeStar()
        for round in 0..<9 {
            let health: Health = round.isMultiple(of: 2) ? .passing : .critical
            await admin.answer([AdminFixture.instance("s1"), AdminFixture.instance("s2", port: 1, health: health)])
        }
    }

    @Test("its state and the reason")
    func shown() async throws {
        try await AdminFixture.run { admin in
            try await flap(admin)
            let peers = try await admin.get("/v1/peers?group=star-stable").items
            #expect(peers.map { $0["state"] } == ["active", "dampened"])
            #expect(peers[1]["health"] == "passing")
            #expect(peers[1]["usable"] == false)
            #expect(peers[1]["reason"]?.text?.contains("comes back at") == true)
            try await admin.settled()
            #expect(try await admin.get("/v1/routing").json["groups"]?["star-stable"]?["peers"]?.items?.count == 1)
            #expect(try await admin.get("/v1/audit?kind=peer.dampened&peer=n1~s2").items.count == 1)
        }
    }

    @Test("let back in, it is used at once; a second time there is nothing to let in")
    func reset() async throws {
        try await AdminFixture.run { admin in
            try await flap(admin)
            #expect(try await admin.delete("/v1/peers/n1%7Es2/damping").status == 204)
            #expect(
                try await admin.get("/v1/peers?group=star-stable").items.map { $0["state"] } == ["active", "active"])
            try await admin.settled()
            #expect(try await admin.get("/v1/routing").json["groups"]?["star-stable"]?["peers"]?.items?.count == 2)
            #expect(try await admin.get("/v1/audit?kind=peer.released").items("actor") == ["token:admin"])
            try await admin.delete("/v1/peers/n1~s2/damping").expectProblem(404, "not_found", [])
            try await admin.delete("/v1/peers/static~127.0.0.1:3000/damping").expectProblem(404, "not_found", [])
            try await admin.delete("/v1/peers/n1~s2/damping?all=1").expectProblem(400, "invalid_query")
            #expect(try await admin.get("/v1/peers/n1~s2/damping").status == 405)
        }
    }
}
