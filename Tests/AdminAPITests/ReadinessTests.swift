import HTTPTypes
import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("Operations can ask whether Signalbox lives and is ready")
struct ReadinessTests {
    @Test("alive is alive, whatever Consul does")
    func healthz() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let answer = try await admin.send(.get, "/healthz", token: nil)
            #expect(answer.status == 200)
            #expect(answer.json == ["status": "ok"])
        }
    }

    @Test("not ready until every watched service was answered once, with one reason each")
    func readyz() async throws {
        try await AdminFixture.run { admin in
            #expect(try await admin.get("/readyz").json == ["status": "ready", "reasons": []])
            try await admin.writeStar()
            #expect(
                try await admin.put("/v1/groups/moon", #"{"consul":{"service":"moon","datacenter":"eu"}}"#).status
                    == 201
            )
            let waiting = try await admin.get("/readyz")
            #expect(waiting.status == 503)
            #expect(waiting.json["status"] == "not_ready")
            #expect(
                waiting.json["reasons"] == [
                    "service moon@eu has not been answered yet", "service star has not been answered yet",
                ]
            )

            await admin.fail("connection refused")
            await admin.controlPlane.believe(
                ServiceObservation(
                    key: ServiceKey(name: "moon", datacenter: "eu"),
                    at: .now(),
                    outcome: .answer(consulIndex: 1, instances: [], skipped: [])
                )
            )
            let failing = try await admin.get("/readyz")
            #expect(failing.status == 503)
            #expect(failing.json["reasons"] == ["service star has not been answered yet: connection refused"])

            await admin.answer([AdminFixture.instance("s1")])
            #expect(try await admin.get("/readyz").status == 200)
            // Once answered, an outage of Consul is no reason to take Signalbox out of service.
            await admin.fail("connection refused")
            #expect(try await admin.get("/readyz").status == 200)
        }
    }

    @Test("what was restored is served and shown as stale, with its age, while Consul can't be asked")
    func staleWithAge() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            await admin.answer([AdminFixture.instance("s1")])
            await admin.fail("connection refused")
            #expect(try await admin.get("/readyz").status == 200)
            let watch = try await admin.get("/v1/services/star").json["watch"]
            #expect(watch?["state"] == "stale")
            guard case .number(let age)? = watch?["age_seconds"] else {
                // A whole number of seconds reads as an integer.
                #expect(watch?["age_seconds"]?.int != nil)
                return
            }
            #expect(age >= 0)
        }
    }

    @Test("what discovery says by itself is taken in")
    func follows() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            async let following: Void = admin.controlPlane.followDiscovery()
            admin.discovery.say(
                ServiceObservation(
                    key: ServiceKey(name: "star"),
                    at: .now(),
                    outcome: .answer(consulIndex: 3, instances: [AdminFixture.instance("s1")], skipped: [])
                )
            )
            try await eventually("it is ready") { try await admin.get("/readyz").status == 200 }
            #expect(try await admin.get("/v1/peers").items("id") == ["n1~s1"])
            admin.discovery.finish()
            await following
        }
    }

    @Test("the API's description is the file of the repository")
    func openapi() async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send(.get, "/openapi.yaml", token: nil)
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "application/yaml")
            #expect(answer.body.hasPrefix("openapi: 3"))
        }
    }
}
