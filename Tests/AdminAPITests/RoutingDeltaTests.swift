import HTTPTypes
import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("Changes are sent as deltas, as streams, and can be waited for")
struct RoutingDeltaTests {
    @Test("with delta=true the answer has what changed since the index, and is whole when that isn't known")
    func delta() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.settled()
            let index = await admin.controlPlane.current.snapshot.index
            #expect(try await admin.put("/v1/routes/star/weights", #"{"star-stable":100}"#).status == 200)
            let delta = try await admin.get("/v1/routing?index=\(index)&delta=true")
            #expect(delta.json["delta_from"]?.int == index)
            #expect(delta.json["groups"] == [:])
            #expect(delta.json["routes"]?["star"]?["split"]?.items?.first?["buckets"] == 0)
            let whole = try await admin.get("/v1/routing?index=\(index)")
            #expect(whole.json["delta_from"] == nil)
            #expect(whole.json["digest"] == delta.json["digest"])
            #expect(try await admin.get("/v1/routing?index=0&delta=true").json["delta_from"] == nil)
            try await admin.get("/v1/routing?delta=maybe").expectProblem(400, "invalid_query", ["/delta invalid_value"])
        }
    }

    @Test("a write with wait=applied tells which workers enforce it")
    func applied() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.settled()
            let index = await admin.controlPlane.current.snapshot.index
            _ = try await admin.get("/v1/routing?worker=slow&index=\(index)&wait=1ms")
            async let held = admin.get("/v1/routing?worker=w&index=\(index)&wait=60s")
            try await eventually("the question is held") { await admin.controlPlane.watchers.count == 1 }
            async let write = admin.put(
                "/v1/routes/star/weights?wait=applied&timeout=300ms", #"{"star-stable":100}"#)
            let next = try #require(try await held.json["index"]?.int)
            _ = try await admin.get("/v1/routing?worker=w&index=\(next)&wait=1ms")
            let answer = try await write
            #expect(answer.status == 200)
            #expect(answer.json["index"]?.int == next)
            #expect(answer.json["applied"] == ["w"])
            #expect(answer.json["lagging"] == ["slow"])
            #expect(answer.json["nacked"] == [])

            let created = try await admin.put(
                "/v1/groups/new?wait=applied&timeout=1ms", #"{"peers":[{"address":"10.0.0.1","port":1}]}"#)
            #expect(created.status == 201)
            #expect(created.json["lagging"] == ["slow", "w"])
            let deleted = try await admin.delete("/v1/groups/new?wait=applied&timeout=1ms")
            #expect(deleted.status == 200)
            #expect(deleted.json["revision"]?.int == created.json["revision"]?.int.map { $0 + 1 })
        }
    }

    @Test("what can't be waited for is refused before anything is written")
    func badWait() async throws {
        try await AdminFixture.run { admin in
            let before = try await admin.stored()
            let body = #"{"peers":[{"address":"10.0.0.1","port":1}]}"#
            try await admin.put("/v1/groups/g?wait=5s", body)
                .expectProblem(400, "invalid_query", ["/wait invalid_value"])
            try await admin.put("/v1/groups/g?timeout=5s", body)
                .expectProblem(400, "invalid_query", ["/timeout invalid_value"])
            try await admin.put("/v1/groups/g?wait=applied&timeout=soon", body)
                .expectProblem(400, "invalid_query", ["/timeout invalid_value"])
            #expect(try await admin.stored() == before)
        }
    }
}
