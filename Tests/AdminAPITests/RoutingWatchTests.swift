import Foundation
import HTTPTypes
import HummingbirdTesting
import RoutingModel
import TestKit
import Testing

@testable import ControlPlane

@Suite("A worker gets the snapshot, and waits for the next")
struct RoutingWatchTests {
    @Test("the snapshot comes with its index as header and ETag, and is the worker protocol's document")
    func snapshot() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            await admin.answer([AdminFixture.instance("s1"), AdminFixture.instance("s2", tags: ["v2"], port: 8081)])
            try await admin.settled()
            let answer = try await admin.get("/v1/routing")
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "application/json")
            let published = await admin.controlPlane.current.snapshot
            #expect(answer.header("X-Signalbox-Index") == "\(published.index)")
            #expect(answer.headers[.eTag] == "\"\(published.index)\"")
            #expect(try CanonicalJSON.decode(Snapshot.self, from: answer.body) == published)
            #expect(
                answer.json["groups"]?["star-stable"]?["peers"] == [
                    ["id": "n1~s1", "address": "10.0.0.1", "port": 8080, "weight": 1]
                ]
            )
        }
    }

    @Test("a question from the newest index is held until the next snapshot, which is the answer")
    func blocks() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.settled()
            let index = await admin.controlPlane.current.snapshot.index
            async let held = admin.get("/v1/routing?index=\(index)&wait=60s")
            try await eventually("the question is held") { await admin.controlPlane.watchers.count == 1 }
            #expect(try await admin.put("/v1/routes/star/weights", #"{"star-stable":100}"#).status == 200)
            let answer = try await held
            #expect(answer.status == 200)
            #expect(answer.header("X-Signalbox-Index") == "\(index + 1)")
            #expect(answer.json["routes"]?["star"]?["split"]?.items?.first?["buckets"] == 0)
            #expect(await admin.controlPlane.watchers.isEmpty)
        }
    }

    @Test("what Consul says wakes it too")
    func blocksForPeers() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.settled()
            let index = await admin.controlPlane.current.snapshot.index
            // Without a wait it is held for the default of half a minute.
            async let held = admin.get("/v1/routing?index=\(index)")
            try await eventually("the question is held") { await admin.controlPlane.watchers.count == 1 }
            await admin.answer([AdminFixture.instance("s1")])
            let answer = try await held
            #expect(answer.json["groups"]?["star-stable"]?["peers"]?.items?.count == 1)
        }
    }

    @Test("nothing new by the end of the wait: 304, with the index and nothing else")
    func notModified() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.settled()
            let index = await admin.controlPlane.current.snapshot.index
            for wait in ["0s", "1ms", "20ms"] {
                let answer = try await admin.get("/v1/routing?index=\(index)&wait=\(wait)")
                #expect(answer.status == 304)
                #expect(answer.body.isEmpty)
                #expect(answer.header("X-Signalbox-Index") == "\(index)")
                #expect(answer.headers[.eTag] == "\"\(index)\"")
            }
        }
    }

    @Test("any other index is answered at once: older ones, and ones of a database that is no more")
    func otherIndexes() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.settled()
            let index = await admin.controlPlane.current.snapshot.index
            for other in [0, index - 1, index + 1, Int.max] {
                let answer = try await admin.get("/v1/routing?index=\(other)&wait=60s")
                #expect(answer.status == 200)
                #expect(answer.header("X-Signalbox-Index") == "\(index)")
            }
        }
    }

    @Test("If-None-Match stands in for the index, and doesn't hold a question that doesn't ask for it")
    func ifNoneMatch() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.settled()
            let index = await admin.controlPlane.current.snapshot.index
            for tag in ["\"\(index)\"", "W/\"\(index)\""] {
                #expect(try await admin.get("/v1/routing", headers: [.ifNoneMatch: tag]).status == 304)
            }
            for tag in ["\"\(index - 1)\"", "\"\"", "\"", "", "x", "\"x\"", "*x", "\"\(index)"] {
                #expect(try await admin.get("/v1/routing", headers: [.ifNoneMatch: tag]).status == 200, "\(tag)")
            }
            async let held = admin.get("/v1/routing?wait=60s", headers: [.ifNoneMatch: "\"\(index)\""])
            try await eventually("the question is held") { await admin.controlPlane.watchers.count == 1 }
            try await admin.writeGroup("more")
            #expect(try await held.header("X-Signalbox-Index") == "\(index + 1)")
        }
    }

    @Test("many who wait get the same bytes")
    func manyWatchers() async throws {
        try await AdminFixture.run { admin in
            try await admin.settled()
            let index = await admin.controlPlane.current.snapshot.index
            try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<50 { group.addTask { try await admin.get("/v1/routing?index=\(index)&wait=60s") } }
                try await eventually("all are held") { await admin.controlPlane.watchers.count == 50 }
                try await admin.writeGroup("g")
                var bodies: Set<String> = []
                for try await answer in group { bodies.insert(answer.body) }
                #expect(bodies.count == 1)
            }
        }
    }

    @Test("shutting down answers whoever waits")
    func shutdown() async throws {
        try await AdminFixture.run { admin in
            try await admin.settled()
            let index = await admin.controlPlane.current.snapshot.index
            async let held = admin.get("/v1/routing?index=\(index)&wait=300s")
            try await eventually("the question is held") { await admin.controlPlane.watchers.count == 1 }
            await admin.controlPlane.releaseWatchers()
            #expect(try await held.status == 304)
            #expect(try await admin.get("/v1/routing?index=\(index)&wait=300s").status == 304)
        }
    }

    @Test("parameters that can't be are refused, each by name")
    func badParameters() async throws {
        try await AdminFixture.run { admin in
            for index in ["-1", "x", "", "1.0", "99999999999999999999"] {
                try await admin.get("/v1/routing?index=\(index)").expectProblem(
                    400,
                    "invalid_query",
                    ["/index invalid_value"]
                )
            }
            for wait in [
                "30", "x", "", "-1s", "1e3s", "1.5.5s", "s", "1d", "NaNs", "1s ", "１s",
            ] {
                let escaped = wait.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
                try await admin.get("/v1/routing?index=0&wait=\(escaped)")
                    .expectProblem(400, "invalid_query", ["/wait invalid_value"])
            }
            // However long it is, it counts as the longest.
            #expect(try await admin.get("/v1/routing?index=0&wait=99999999999999999999h").status == 200)
            try await admin.get("/v1/routing?index=x&wait=y&worker=%20&z=1").expectProblem(
                400,
                "invalid_query",
                ["/index invalid_value", "/wait invalid_value", "/worker invalid_value", "/z unknown_parameter"]
            )
        }
    }
}
