import Foundation
import HTTPTypes
import RoutingModel
import TestKit
import Testing

@testable import AdminAPI
@testable import ControlPlane

@Suite("An operator's override wins over Consul for weight and state")
struct OverrideTests {
    private static let path = "/v1/peers/n1~s1/override"

    private func routed(_ admin: AdminFixture) async throws -> [String] {
        try await admin.settled()
        let peers = try await admin.get("/v1/routing").json["groups"]?["star-stable"]?["peers"]?.items ?? []
        return peers.map { "\($0["id"]?.text ?? "") \($0["weight"]?.int ?? -1)" }
    }

    private func start(_ admin: AdminFixture) async throws {
        try await admin.writeStar()
        await admin.answer([AdminFixture.instance("s1"), AdminFixture.instance("s2", port: 1)])
        #expect(try await routed(admin) == ["n1~s1 1", "n1~s2 1"])
    }

    @Test("drain and disabled take it out of the routing, a weight replaces Consul's, and taking it away restores it")
    func states() async throws {
        try await AdminFixture.run { admin in
            try await start(admin)
            for (body, left, state) in [
                (#"{"state":"drain","reason":"r"}"#, ["n1~s2 1"], "draining"),
                (#"{"state":"disabled","reason":"r"}"#, ["n1~s2 1"], "disabled"),
                (#"{"weight":0,"reason":"r"}"#, ["n1~s2 1"], "zero_weight"),
                (#"{"weight":7,"reason":"r"}"#, ["n1~s1 7", "n1~s2 1"], "active"),
            ] {
                let answer = try await admin.put(Self.path, body)
                #expect([200, 201].contains(answer.status), "\(answer.body)")
                #expect(try await routed(admin) == left)
                let peers = try await admin.get("/v1/peers?group=star-stable").items
                #expect(peers.first?["state"]?.text == state)
                #expect(peers.first?["reason"]?.text?.contains("Operator: ") == true)
            }
            #expect(try await admin.delete(Self.path).status == 204)
            #expect(try await routed(admin) == ["n1~s1 1", "n1~s2 1"])
            #expect(try await admin.get(Self.path).status == 404)
            let entries = try await admin.get("/v1/audit?kind=peer.override&peer=n1~s1").items
            #expect(entries.count == 5)
            #expect(entries.first?["after"] == nil)
            #expect(entries.first?["service"] == "star")
            #expect(entries.first?["groups"] == ["star-stable"])
            #expect(entries.last?["reason"] == "r")
        }
    }

    @Test("it is shown with its owner, its end and the conflict that it causes")
    func shown() async throws {
        try await AdminFixture.run { admin in
            try await start(admin)
            let answer = try await admin.put(Self.path, #"{"state":"drain","reason":"a bad disk","expires_in":"2h"}"#)
            #expect(answer.status == 201)
            #expect(answer.headers[.eTag] != nil)
            let item = try #require(try await admin.get("/v1/overrides").items.first)
            #expect(item["peer"] == "n1~s1")
            #expect(item["owner"] == "token:admin")
            #expect(item["reason"] == "a bad disk")
            #expect(item["known"] == true)
            #expect(item["groups"] == ["star-stable"])
            let end = try #require(item["expires_at"]?.text.flatMap { Timestamp(rfc3339: $0) })
            #expect((7_000...7_200).contains(end.seconds(since: .now())))
            let conflict = try #require(item["conflict"]?.text)
            #expect(conflict.contains("Consul: passing"))
            #expect(conflict.contains("drain until"))
            #expect(conflict.contains("a bad disk"))
            #expect(try await admin.get(Self.path).json == item)
        }
    }

    @Test("it outlives the instance, and counts again when that comes back")
    func comesBack() async throws {
        try await AdminFixture.run { admin in
            try await start(admin)
            #expect(try await admin.put(Self.path, #"{"state":"drain","reason":"r"}"#).status == 201)
            await admin.answer([AdminFixture.instance("s2", port: 1)])
            #expect(try await admin.get("/v1/overrides").items.first?["known"] == false)
            await admin.answer([AdminFixture.instance("s1"), AdminFixture.instance("s2", port: 1)])
            #expect(try await routed(admin) == ["n1~s2 1"])
            #expect(try await admin.get("/v1/overrides").items.first?["known"] == true)
        }
    }

    @Test("it ends by itself, with an entry in the ledger")
    func ends() async throws {
        try await AdminFixture.run { admin in
            try await start(admin)
            #expect(
                try await admin.put(Self.path, #"{"state":"drain","reason":"r","expires_in":"150ms"}"#).status == 201)
            try await eventually("the override has ended") { try await routed(admin) == ["n1~s1 1", "n1~s2 1"] }
            let entry = try #require(try await admin.get("/v1/audit?kind=peer.override_expired").items.first)
            #expect(entry["actor"] == "signalbox")
            #expect(entry["peer"] == "n1~s1")
            #expect(entry["cause"]?.text?.hasPrefix("It was to end at ") == true)
            #expect(try await admin.get("/v1/overrides").items.isEmpty)
        }
    }

    @Test("the same again is no change, and stays its owner's")
    func unchanged() async throws {
        try await AdminFixture.run { admin in
            try await start(admin)
            #expect(try await admin.put(Self.path, #"{"weight":3,"reason":"r"}"#).status == 201)
            let before = try await admin.stored()
            #expect(try await admin.put(Self.path, #"{"weight":3,"reason":"r","owner":"token:x"}"#).status == 200)
            #expect(try await admin.stored() == before)
        }
    }

    @Test(
        "what can't be is refused by name",
        arguments: [
            (#"{"state":"drain"}"#, "/reason required"), (#"{"reason":"r"}"#, " required"),
            (#"{"state":"off","reason":"r"}"#, "/state invalid_value"),
            (#"{"weight":65536,"reason":"r"}"#, "/weight invalid_value"),
            (#"{"weight":1,"reason":"r","expires_in":"soon"}"#, "/expires_in invalid_value"),
            (#"{"weight":1,"reason":"r","expires_at":"2020-01-01T00:00:00Z"}"#, "/expires_at invalid_value"),
            (
                #"{"weight":1,"reason":"r","expires_in":"1h","expires_at":"2090-01-01T00:00:00Z"}"#,
                "/expires_at invalid_value"
            ),
            (#"{"weight":1,"reason":""}"#, "/reason invalid_value"),
            (#"{"weight":1,"reason":"r","foo":1}"#, "/foo unknown_field"),
        ])
    func refused(body: String, error: String) async throws {
        try await AdminFixture.run { admin in
            try await admin.put(Self.path, body).expectProblem(422, "invalid", [error])
            try await admin.put("/v1/peers/nonsense/override", #"{"weight":1,"reason":"r"}"#)
                .expectProblem(422, "invalid", ["/peer invalid_value"])
            try await admin.delete(Self.path).expectProblem(404, "not_found")
        }
    }
}
