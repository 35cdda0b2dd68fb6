import HTTPTypes
import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("Signalbox knows who has applied what")
struct WorkerTests {
    @Test("a worker that asks is listed with what it has applied, and the ledger has it once")
    func registers() async throws {
        try await AdminFixture.run { admin in
            #expect(try await admin.get("/v1/workers").items.isEmpty)
            _ = try await admin.get("/v1/routing?worker=edge-1")
            let worker = try #require(try await admin.get("/v1/workers").items.first)
            #expect(worker["id"] == "edge-1")
            #expect(worker["applied"] == 0)
            #expect(worker["embedded"] == false)
            #expect(worker["nack"] == nil)
            #expect(Timestamp(rfc3339: worker["joined_at"]?.text ?? "") != nil)

            let index = await admin.controlPlane.current.snapshot.index
            _ = try await admin.get("/v1/routing?worker=edge-1&index=\(index)&wait=1ms")
            _ = try await admin.get("/v1/routing?worker=edge-0&index=3")
            let workers = try await admin.get("/v1/workers").items
            #expect(workers.map { $0["id"] } == ["edge-0", "edge-1"])
            #expect(workers.last?["applied"]?.int == index)
            #expect(workers.last?["joined_at"] == worker["joined_at"])

            try await admin.settled()
            let entries = try await admin.get("/v1/audit?kind=worker.joined").items
            #expect(entries.map { $0["worker"] } == ["edge-0", "edge-1"])
            #expect(entries.last?["actor"] == "worker:edge-1")
        }
    }

    @Test("a worker that asks with an ETag has applied that")
    func appliedByETag() async throws {
        try await AdminFixture.run { admin in
            let index = await admin.controlPlane.current.snapshot.index
            _ = try await admin.get("/v1/routing?worker=w", headers: [.ifNoneMatch: "\"\(index)\""])
            #expect(try await admin.get("/v1/workers").items.first?["applied"]?.int == index)
        }
    }

    @Test("a nack stays until the worker applies that snapshot or a newer one, and is in the ledger once")
    func nack() async throws {
        try await AdminFixture.run { admin in
            _ = try await admin.get("/v1/routing?worker=w")
            try await admin.writeGroup("more")
            let newest = await admin.controlPlane.current.snapshot.index
            for _ in 1...2 {
                let answer = try await admin.post(
                    "/v1/workers/w/nack", #"{"index":\#(newest),"error":"it's too \"much\""}"#)
                #expect(answer.status == 204)
                #expect(answer.body.isEmpty)
            }
            let nack = try await admin.get("/v1/workers").items.first?["nack"]
            #expect(nack?["index"]?.int == newest)
            #expect(nack?["error"] == #"it's too "much""#)
            try await admin.settled()
            let entries = try await admin.get("/v1/audit?kind=worker.nack").items
            #expect(entries.count == 1)
            #expect(entries.first?["cause"] == #"it's too "much""#)
            #expect(entries.first?["index"]?.int == newest)

            _ = try await admin.get("/v1/routing?worker=w&index=\(newest - 1)")
            #expect(try await admin.get("/v1/workers").items.first?["nack"] != nil)
            _ = try await admin.get("/v1/routing?worker=w&index=\(newest)&wait=1ms")
            #expect(try await admin.get("/v1/workers").items.first?["nack"] == nil)
        }
    }

    @Test("an index that was never published is neither applied nor refused by anybody")
    func unknownIndex() async throws {
        try await AdminFixture.run { admin in
            let newest = await admin.controlPlane.current.snapshot.index
            _ = try await admin.get("/v1/routing?worker=w&index=\(newest + 1)&wait=1ms")
            #expect(try await admin.get("/v1/workers").items.first?["applied"] == 0)
            let answer = try await admin.post("/v1/workers/w/nack", #"{"index":\#(newest + 1),"error":"no"}"#)
            #expect(answer.status == 422)
            #expect(try await admin.get("/v1/workers").items.first?["nack"] == nil)
        }
    }

    @Test(
        "a nack that can't be is refused",
        arguments: [
            (#"{"index":1}"#, ["/error required"]), (#"{"error":"x"}"#, ["/index required"]),
            (#"{"index":"1","error":"x"}"#, ["/index wrong_type"]),
            (#"{"index":1,"error":null}"#, ["/error wrong_type"]),
            (#"{"index":1,"error":"x","why":"y"}"#, ["/why unknown_field"]), ("[]", [" wrong_type"]),
            (#"{"index":-1,"error":"x"}"#, ["/index invalid_value"]),
        ]
    )
    func badNack(_ body: String, _ errors: [String]) async throws {
        try await AdminFixture.run { admin in
            _ = try await admin.get("/v1/routing?worker=w")
            try await admin.post("/v1/workers/w/nack", body).expectProblem(422, "invalid", errors)
            #expect(try await admin.get("/v1/workers").items.first?["nack"] == nil)
        }
    }

    @Test("nobody says no for a worker that has never asked")
    func unknownWorker() async throws {
        try await AdminFixture.run { admin in
            let before = try await admin.stored()
            try await admin.post("/v1/workers/nope/nack", #"{"index":1,"error":"x"}"#).expectProblem(
                404,
                "not_found",
                []
            )
            #expect(try await admin.stored() == before)
        }
    }

    @Test("names of workers that can't be are refused, and nobody is registered")
    func badNames() async throws {
        try await AdminFixture.run { admin in
            for name in ["a%20b", "a/b", "%C3%A9", String(repeating: "a", count: 129), "a%00", "a%0A", "%22"] {
                try await admin.get("/v1/routing?worker=\(name)").expectProblem(
                    400,
                    "invalid_query",
                    ["/worker invalid_value"]
                )
            }
            #expect(try await admin.get("/v1/workers").items.isEmpty)
            #expect(try await admin.get("/v1/routing?worker=Edge_1.eu:8081-x").status == 200)
        }
    }

    @Test("workers come in pages")
    func pages() async throws {
        try await AdminFixture.run { admin in
            for name in ["b", "a", "c"] { _ = try await admin.get("/v1/routing?worker=\(name)") }
            let first = try await admin.get("/v1/workers?limit=2")
            #expect(first.items("id") == ["a", "b"])
            #expect(try await admin.get("/v1/workers?limit=2&cursor=\(try #require(first.next))").items("id") == ["c"])
        }
    }
}
