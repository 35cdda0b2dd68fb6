import Foundation
import HTTPTypes
import RoutingModel
import TestKit
import Testing

@testable import AdminAPI
@testable import ControlPlane

@Suite("The ledger can be exported whole, asked for one entry, and looked up by peer")
struct LedgerReadingTests {
    @Test("an export has one entry a line, oldest first, and takes the filters")
    func export() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            for number in 0..<60 {
                #expect(try await admin.put("/v1/groups/g", AdminFixture.listed(port: 2_000 + number)).status < 300)
            }
            let all = try await admin.get("/v1/audit/export")
            #expect(all.headers[.contentType] == "application/x-ndjson")
            let lines = all.body.split(separator: "\n").map {
                try? CanonicalJSON.decode(JSONValue.self, from: String($0))
            }
            #expect(lines.compactMap { $0?["id"]?.int } == Array(1...63))
            let some = try await admin.get("/v1/audit/export?kind=group.updated&group=g")
            #expect(some.body.split(separator: "\n").count == 59)
            #expect(try await admin.get("/v1/audit/export?group=none").body.isEmpty)
            try await admin.get("/v1/audit/export?limit=5").expectProblem(400, "invalid_query")
        }
    }

    @Test("one entry is found by its number")
    func entry() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            #expect(try await admin.get("/v1/audit/2").json == (try await admin.get("/v1/audit").items[1]))
            for id in ["4", "0", "-1", "x", "01", "99999999999999999999"] {
                try await admin.get("/v1/audit/\(id)").expectProblem(404, "not_found")
            }
        }
    }

    @Test("a peer's history is its part of the ledger")
    func history() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            await admin.answer([AdminFixture.instance("s1"), AdminFixture.instance("s2", port: 1)])
            await admin.answer([AdminFixture.instance("s1", health: .critical), AdminFixture.instance("s2", port: 1)])
            try await admin.settled()
            #expect(
                try await admin.get("/v1/peers/n1~s1/history").items("kind") == ["peer.health", "peer.joined"])
            #expect(
                try await admin.get("/v1/peers/n1~s1/history?kind=peer.joined&since=-1h&until=now").items.count == 1)
            try await admin.get("/v1/peers/n1~s1/history?peer=x").expectProblem(400, "invalid_query")
        }
    }

    @Test("an intact ledger verifies")
    func verified() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let verification = try await admin.get("/v1/audit/verify").json
            #expect(verification["ok"] == true)
            #expect(verification["checked"] == 3)
            #expect(verification["last"] == 3)
            #expect(verification["faults"] == [])
        }
    }

    @Test("when a service isn't named any more, its peers' leaving is in the ledger")
    func forgotten() async throws {
        try await AdminFixture.run { admin in
            #expect(try await admin.put("/v1/groups/g", #"{"consul":{"service":"star"}}"#).status == 201)
            await admin.answer([AdminFixture.instance("s1")])
            #expect(try await admin.delete("/v1/groups/g").status == 204)
            try await admin.settled()
            let entry = try #require(try await admin.get("/v1/audit?kind=peer.left").items.first)
            #expect(entry["peer"] == "n1~s1")
            #expect(entry["actor"] == "token:admin")
            #expect(entry["groups"] == ["g"])
            #expect(entry["cause"] == "No group names the service any more.")
            #expect(entry["before"]?["port"] == 8_080)
        }
    }
}
