import HTTPTypes
import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("An answer that is held is shown, and an operator may accept it")
struct HeldTests {
    /// Has Consul lose what it knew of `star`.
    private func lose(_ admin: AdminFixture) async throws {
        try await admin.writeStar()
        await admin.answer([AdminFixture.instance("s1"), AdminFixture.instance("s2", port: 1)], index: 100)
        #expect(try await admin.get("/v1/services/star").json["watch"]?["held"] == .null)
        let lost = ServiceObservation(
            key: ServiceKey(name: "star"), at: .now(), outcome: .answer(consulIndex: 3, instances: [], skipped: []))
        admin.discovery.whenConfirming { _ in lost }
        await admin.controlPlane.observe(lost)
        try await eventually("it is held") {
            try await admin.get("/v1/services/star").json["watch"]?["held"] != .null
        }
    }

    @Test("what is held, since when, why, and what it would do")
    func shown() async throws {
        try await AdminFixture.run { admin in
            try await lose(admin)
            let service = try #require(try await admin.get("/v1/services").items.first)
            let held = try #require(service["watch"]?["held"])
            #expect(held.members.map { Set($0.keys) } == ["since", "reason", "would", "instances"])
            #expect(held["would"] == "leave group 'star-stable' without a usable peer")
            #expect(held["instances"] == 0)
            #expect(held["reason"]?.text?.contains("index went back from 100 to 3") == true)
            #expect(Timestamp(rfc3339: held["since"]?.text ?? "") != nil)
            #expect(service["watch"]?["state"] == "stale")
            #expect(service["watch"]?["bound_seconds"] == 0)
            #expect(service["instances"]?.items?.count == 2)
            #expect(try await admin.get("/readyz").status == 200)
        }
    }

    @Test("accepted, it is believed at once; the ledger says who, why, and what went because of it")
    func accepted() async throws {
        try await AdminFixture.run { admin in
            try await lose(admin)
            let message = try #require(HTTPField.Name("X-Change-Message"))
            let answer = try await admin.send(
                .post, "/v1/services/star/accept", headers: [message: "star has moved to eu"])
            #expect(answer.status == 200)
            #expect(answer.json["instances"] == [])
            #expect(answer.json["watch"]?["held"] == .null)
            #expect(answer.json["watch"]?["state"] == "fresh")
            try await admin.settled()
            let accepted = try #require(try await admin.get("/v1/audit?kind=discovery.accepted").items.first)
            #expect(accepted["actor"] == "token:admin")
            #expect(accepted["reason"] == "star has moved to eu")
            #expect(accepted["groups"] == ["star-canary", "star-stable"])
            let left = try await admin.get("/v1/audit?kind=peer.left").items
            #expect(left.count == 2)
            #expect(left.allSatisfy { $0["cause"]?.text?.contains("accepted by token:admin") == true })
            try await admin.post("/v1/services/star/accept", "").expectProblem(409, "conflict", [])
        }
    }

    @Test("nothing to accept, an unknown service, a wrong parameter: refused")
    func refused() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.post("/v1/services/star/accept", "").expectProblem(409, "conflict", [])
            try await admin.post("/v1/services/nope/accept", "").expectProblem(404, "not_found", [])
            try await admin.post("/v1/services/star/accept?datacenter=eu", "").expectProblem(404, "not_found")
            try await admin.post("/v1/services/star/accept?force=1", "")
                .expectProblem(400, "invalid_query", ["/force unknown_parameter"])
            #expect(try await admin.send(.post, "/v1/services/star/accept", token: nil).status == 401)
            #expect(try await admin.get("/v1/services/star/accept").status == 405)
        }
    }
}
