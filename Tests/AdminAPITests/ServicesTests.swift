import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("Services show what Consul said, and how far it can be believed")
struct ServicesTests {
    @Test("a service that a group names is watched at once, pending, with nothing made up")
    func pending() async throws {
        try await AdminFixture.run { admin in
            #expect(try await admin.get("/v1/services").items.isEmpty)
            try await admin.writeStar()
            #expect(admin.discovery.watched == [ServiceKey(name: "star")])
            let service = try #require(try await admin.get("/v1/services").items.first)
            #expect(service["name"] == "star")
            #expect(service["watch"]?["state"] == "pending")
            #expect(service["watch"]?["consul_index"] == 0)
            #expect(service["instances"] == [])
            #expect(service["skipped"] == [])
            for member in ["stale_since", "last_error", "last_success_at", "age_seconds"] {
                #expect([nil, .null].contains(service["watch"]?[member]), "\(member)")
            }
        }
    }

    @Test("an answer makes it fresh, with every instance whatever its health")
    func fresh() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let sick = AdminFixture.instance("s2", tags: ["v2", "b"], port: 8081, health: .critical)
            await admin.answer([sick, AdminFixture.instance("s1")], index: 42)
            let service = try await admin.get("/v1/services/star").json
            #expect(service["watch"]?["state"] == "fresh")
            #expect(service["watch"]?["consul_index"] == 42)
            #expect(service["watch"]?["answers"] == 1)
            #expect(service["watch"]?["failures"] == 0)
            #expect(Timestamp(rfc3339: service["watch"]?["last_success_at"]?.text ?? "") != nil)
            let instances = try #require(service["instances"]?.items)
            #expect(instances.map { $0["id"] } == ["n1~s1", "n1~s2"])
            #expect(
                instances.last == [
                    "id": "n1~s2", "node": "n1", "service_id": "s2", "service": "star", "address": "10.0.0.1",
                    "port": 8081,
                    "tags": ["b", "v2"], "meta": [:], "weights": ["passing": 1, "warning": 1], "health": "critical",
                ]
            )
        }
    }

    @Test("without an answer it is stale since the first failure, says why, and keeps its instances")
    func stale() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            await admin.answer([AdminFixture.instance("s1")])
            await admin.fail("connection refused")
            let first = try await admin.get("/v1/services/star").json
            #expect(first["watch"]?["state"] == "stale")
            #expect(first["watch"]?["last_error"] == "connection refused")
            #expect(first["instances"]?.items?.count == 1)
            let since = try #require(first["watch"]?["stale_since"]?.text)

            await admin.fail("No cluster leader")
            let second = try await admin.get("/v1/services/star").json
            #expect(second["watch"]?["last_error"] == "No cluster leader")
            #expect(second["watch"]?["failures"] == 2)
            #expect(second["watch"]?["stale_since"]?.text == since)

            await admin.answer([AdminFixture.instance("s1")])
            let third = try await admin.get("/v1/services/star").json
            #expect(third["watch"]?["state"] == "fresh")
            #expect([nil, .null].contains(third["watch"]?["stale_since"]))
            #expect([nil, .null].contains(third["watch"]?["last_error"]))
        }
    }

    @Test("instances that can't be peers are shown with the reason")
    func skipped() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let skipped = SkippedInstance(id: PeerID("n1~s9"), reason: "has port 0")
            await admin.answer([AdminFixture.instance("s1")], skipped: [skipped])
            let service = try await admin.get("/v1/services/star").json
            #expect(service["skipped"] == [["id": "n1~s9", "reason": "has port 0"]])
        }
    }

    @Test("a service is in one list for each datacenter, and told apart by it")
    func datacenters() async throws {
        try await AdminFixture.run { admin in
            for (group, datacenter) in [("a", ""), ("b", "eu"), ("c", "us")] {
                let body = #"{"consul":{"service":"star","datacenter":"\#(datacenter)"}}"#
                #expect(try await admin.put("/v1/groups/\(group)", body).status == 201)
            }
            #expect(try await admin.get("/v1/services").items("datacenter") == ["", "eu", "us"])
            #expect(try await admin.get("/v1/services/star").json["datacenter"] == "")
            #expect(try await admin.get("/v1/services/star?datacenter=eu").json["datacenter"] == "eu")
            try await admin.get("/v1/services/star?datacenter=ap").expectProblem(404, "not_found")
            #expect(try await admin.delete("/v1/groups/a").status == 204)
            try await admin.get("/v1/services/star").expectProblem(404, "not_found")
            #expect(try await admin.delete("/v1/groups/b").status == 204)
            #expect(try await admin.get("/v1/services/star").json["datacenter"] == "us")
        }
    }

    @Test("a service that no group names is not watched, and is forgotten with the last group")
    func forgotten() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.get("/v1/services/nope").expectProblem(404, "not_found", [])
            for path in ["/v1/routes/star", "/v1/groups/star-stable", "/v1/groups/star-canary"] {
                #expect(try await admin.delete(path).status == 204)
            }
            #expect(admin.discovery.watched.isEmpty)
            try await admin.get("/v1/services/star").expectProblem(404, "not_found", [])
            // A last answer that was under way does no harm.
            await admin.answer([AdminFixture.instance("s1")])
            #expect(try await admin.get("/v1/services").items.isEmpty)
        }
    }
}
