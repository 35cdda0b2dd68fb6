import Foundation
import RoutingModel
import TestKit
import Testing

@Suite struct RoutingStreamTests {
    @Test("a stream begins with the snapshot, goes on with deltas, and is resumed where it was cut")
    func follows() async throws {
        try await SignalboxProcess.with(proxy: false) { box in
            try await Self.group("a", on: box)
            var stream = try await EventStream.open(box.api, query: "?heartbeat=100ms")
            let first = try #require(try await stream.next())
            #expect(first.name == "snapshot")
            #expect(first.data["groups"]?["a"] != nil)
            try await Self.group("b", on: box)
            let second = try #require(try await stream.next())
            #expect(second.name == "delta")
            #expect(second.data["groups"]?["b"] != nil)
            #expect(second.data["groups"]?["a"] == nil)

            try await Self.group("c", on: box)
            _ = try await box.api.delete("/v1/groups/b?wait=applied")
            var resumed = try await EventStream.open(box.api, lastEventID: second.id)
            let missed = try #require(try await resumed.next())
            #expect(missed.name == "delta")
            #expect(missed.data["delta_from"] == Int64(second.id).map { .integer($0) })
            #expect(missed.data["groups"]?["b"] == .null)
            // An id of another time means the whole.
            var unknown = try await EventStream.open(box.api, lastEventID: "not-ours")
            #expect(try await unknown.next()?.name == "snapshot")
        }
    }

    @Test("a reader that sleeps through hundreds of changes gets the newest state, not every one")
    func slowReader() async throws {
        try await SignalboxProcess.with(proxy: false, extra: ["--coalesce", "0ms"]) { box in
            // Large objects, so that what the connection itself can hold is soon full.
            let peers = (1...1_000).map { JSONValue.object(["address": .string("10.0.0.1"), "port": .integer($0)]) }
            var stream = try await EventStream.open(box.api, query: "?heartbeat=100ms")
            _ = try await stream.next()
            for round in 1...200 {
                let answer = try await box.api.put(
                    "/v1/groups/big", ["peers": .array(Array(peers.dropLast(round % 2)))])
                #expect([200, 201].contains(answer.status))
            }
            let newest = try #require(try await box.api.get("/v1/routing").headers["x-signalbox-index"])
            var events = 0
            while let event = try await stream.next() {
                events += 1
                if event.id == newest { break }
            }
            #expect(events < 190)
        }
    }

    @Test("streams do not keep the process from ending")
    func shutdown() async throws {
        try await SignalboxProcess.with(proxy: false) { box in
            var stream = try await EventStream.open(box.api)
            _ = try await stream.next()
            #expect(await box.stop() == 0)
            _ = try? await stream.next()
        }
    }

    private static func group(_ name: String, on box: SignalboxProcess) async throws {
        let answer = try await box.api.put("/v1/groups/\(name)", ["peers": [["address": "127.0.0.1", "port": 1]]])
        #expect([200, 201].contains(answer.status))
    }
}
