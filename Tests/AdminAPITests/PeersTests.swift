import RoutingModel
import Testing

@Suite("Peers are shown as workers see them, and why")
struct PeersTests {
    @Test("each member of a group has its state and a reason")
    func statesAndReasons() async throws {
        try await AdminFixture.run { admin in
            let group = #"{"consul":{"service":"star"},"peers":[{"address":"10.9.9.9","port":80,"weight":0}]}"#
            #expect(try await admin.put("/v1/groups/g", group).status == 201)
            await admin.answer([
                AdminFixture.instance("a", weights: InstanceWeights(passing: 10, warning: 1)),
                AdminFixture.instance("b", port: 1, health: .critical),
                AdminFixture.instance("c", port: 2, health: .warning),
                AdminFixture.instance("d", port: 3, health: .maintenance),
                AdminFixture.instance("e"),
                AdminFixture.instance("f", port: 4, weights: InstanceWeights(passing: 0, warning: 1)),
            ])
            let peers = try await admin.get("/v1/peers").items
            #expect(
                peers.map { $0["id"] } == [
                    "n1~a", "n1~b", "n1~c", "n1~d", "n1~e", "n1~f", "static~10.9.9.9:80",
                ]
            )
            #expect(
                peers.map { $0["state"] } == [
                    "active", "unhealthy", "unhealthy", "unhealthy", "duplicate", "zero_weight", "zero_weight",
                ]
            )
            #expect(peers.map { $0["usable"] } == [true, false, false, false, false, false, false])
            #expect(peers.allSatisfy { $0["reason"]?.text?.isEmpty == false })
            #expect(peers[4]["reason"]?.text?.contains("n1~a") == true)
            #expect(
                peers[0] == [
                    "id": "n1~a", "group": "g", "service": "star", "address": "10.0.0.1", "port": 8080,
                    "health": "passing",
                    "weight": 10, "state": "active", "usable": true, "reason": "Consul: passing.",
                ]
            )
            #expect(peers[6]["service"] == nil)
            #expect(peers[6]["health"] == nil)
        }
    }

    @Test("what workers don't notice is shown too, at once")
    func unnoticed() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            await admin.answer([AdminFixture.instance("sick", health: .critical)])
            #expect(try await admin.get("/v1/peers").items.map { $0["health"] } == ["critical"])
            await admin.answer([AdminFixture.instance("sick", health: .maintenance)])
            #expect(try await admin.get("/v1/peers").items.map { $0["health"] } == ["maintenance"])
            await admin.answer([])
            #expect(try await admin.get("/v1/peers").items.isEmpty)
        }
    }

    @Test("filters by service and by group, together and alone")
    func filters() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.writeGroup("listed")
            await admin.answer([
                AdminFixture.instance("s1"), AdminFixture.instance("s2", tags: ["v2"], port: 1),
                AdminFixture.instance("both", tags: ["v1", "v2"], port: 2),
            ])
            func ids(_ query: String) async throws -> [String] { try await admin.get("/v1/peers?\(query)").items("id") }
            #expect(try await ids("") == ["static~127.0.0.1:3000", "n1~both", "n1~s2", "n1~both", "n1~s1"])
            #expect(try await ids("group=star-stable") == ["n1~both", "n1~s1"])
            #expect(try await ids("service=star").count == 4)
            #expect(try await ids("service=star&group=star-canary") == ["n1~both", "n1~s2"])
            #expect(try await ids("service=star&group=listed").isEmpty)
            #expect(try await ids("group=nope").isEmpty)
        }
    }

    @Test("a peer in several groups is in the list for each, and pages keep the order")
    func pages() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            await admin.answer((1...4).map { AdminFixture.instance("s\($0)", tags: ["v1", "v2"], port: $0) })
            var seen: [String] = []
            var path = "/v1/peers?limit=3"
            while true {
                let page = try await admin.get(path)
                seen += zip(page.items("group"), page.items("id")).map { "\($0) \($1)" }
                guard let next = page.next else { break }
                path = "/v1/peers?limit=3&cursor=\(next)"
            }
            #expect(seen == ["star-canary", "star-stable"].flatMap { group in (1...4).map { "\(group) n1~s\($0)" } })
        }
    }

    @Test("peers of a stale service stay as they were")
    func stale() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            await admin.answer([AdminFixture.instance("s1")])
            let before = try await admin.get("/v1/peers").body
            await admin.fail("timeout")
            #expect(try await admin.get("/v1/peers").body == before)
        }
    }
}
