import Foundation
import RoutingModel
import Testing

@testable import ControlPlane

@Suite("The ledger answers what changed, who did it, and where")
struct AuditTests {
    /// Rules, peers that come and fall ill, and a discovery that fails and recovers.
    private func happenings(_ admin: AdminFixture) async throws {
        try await admin.writeStar()
        await admin.answer(
            [AdminFixture.instance("s1"), AdminFixture.instance("s2", tags: ["v2"], port: 1)],
            index: 10
        )
        await admin.answer(
            [AdminFixture.instance("s1", health: .critical), AdminFixture.instance("s2", tags: ["v2"], port: 1)],
            index: 11
        )
        await admin.fail("No cluster leader")
        await admin.answer([AdminFixture.instance("s1", health: .critical)], index: 12)
        #expect(try await admin.put("/v1/routes/star/weights", #"{"star-stable":100}"#).status == 200)
        _ = try await admin.get("/v1/routing?worker=w")
        try await admin.settled()
    }

    private static let everything = [
        "worker.joined", "route.updated", "peer.left", "discovery.recovered", "discovery.stale", "peer.health",
        "peer.joined", "peer.joined", "route.created", "group.created", "group.created",
    ]

    @Test("everything is there, newest first, with ids that only grow")
    func newestFirst() async throws {
        try await AdminFixture.run { admin in
            try await happenings(admin)
            let answer = try await admin.get("/v1/audit")
            #expect(answer.items("kind").sorted() == Self.everything.sorted())
            let ids = answer.items.compactMap { $0["id"]?.int }
            #expect(ids == ids.sorted(by: >))
            #expect(Set(ids).count == ids.count)
            #expect(answer.next == nil)
        }
    }

    @Test("a peer's entry says what, before, after, in which groups, by whom, and at which index")
    func peerEntry() async throws {
        try await AdminFixture.run { admin in
            try await happenings(admin)
            let entry = try #require(try await admin.get("/v1/audit?kind=peer.health").items.first)
            #expect(entry["actor"] == "consul")
            #expect(entry["service"] == "star")
            #expect(entry["peer"] == "n1~s1")
            #expect(entry["groups"] == ["star-stable"])
            #expect(entry["before"] == ["health": "passing"])
            #expect(entry["after"] == ["health": "critical"])
            #expect(entry["consul_index"] == 11)
            #expect(entry["revision"] == 3)
            #expect((entry["index"]?.int ?? 0) > 0)
            #expect(Timestamp(rfc3339: entry["at"]?.text ?? "") != nil)
            #expect(entry["route"] == nil)
            #expect(entry["reason"] == nil)

            let stale = try #require(try await admin.get("/v1/audit?kind=discovery.stale").items.first)
            #expect(stale["cause"] == "No cluster leader")
            #expect(stale["groups"] == ["star-canary", "star-stable"])
        }
    }

    @Test(
        "filters choose, and combine",
        arguments: [
            ("kind=peer.joined", 2), ("kind=peer.*", 4), ("kind=peer.joined,peer.left", 3),
            ("kind=peer.joined&kind=peer.left", 3), ("kind=discovery.*,worker.*", 3), ("kind=peer.*&peer=n1~s2", 2),
            ("service=star", 6), ("service=nope", 0), ("peer=n1~s1", 2), ("peer=n1%7Es1", 2), ("group=star-canary", 7),
            ("group=star-canary&kind=peer.*", 2), ("route=star", 2), ("actor=consul", 6), ("actor=token:admin", 4),
            ("actor=worker:w", 1), ("since=2020-01-01T00:00:00Z", 11), ("until=2020-01-01T00:00:00Z", 0),
            ("since=2999-01-01T00:00:00Z", 0), ("since=2020-01-01T00:00:00%2B02:00&until=2999-01-01T00:00:00.5Z", 11),
            ("since=2020-01-01T00:00:00+02:00", 11), ("limit=2", 2),
        ]
    )
    func filters(_ query: String, _ count: Int) async throws {
        try await AdminFixture.run { admin in
            try await happenings(admin)
            let answer = try await admin.get("/v1/audit?\(query)")
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.items.count == count, "\(answer.items("kind"))")
        }
    }

    @Test("since and until cut between two entries: from the first on, before the second")
    func timeBounds() async throws {
        try await AdminFixture.run { admin in
            for (name, milliseconds) in [("a", 1_700_000_000_000), ("b", 1_700_000_000_001), ("c", 1_700_000_000_002)] {
                let entry = LedgerEntry(
                    at: Timestamp(milliseconds: Int64(milliseconds)), kind: .peerLeft, actor: "consul", service: name)
                try await admin.controlPlane.store.record([CatalogCommit(entries: [entry])])
            }
            let query = "since=2023-11-14T22:13:20.001Z&until=2023-11-14T22:13:20.002Z"
            #expect(try await admin.get("/v1/audit?\(query)").items("service") == ["b"])
        }
    }

    @Test("pages by cursor show each entry once, while more are written")
    func pages() async throws {
        try await AdminFixture.run { admin in
            try await happenings(admin)
            var seen: [Int] = []
            var path = "/v1/audit?kind=peer.*,group.*&limit=2"
            var pages = 0
            while true {
                let page = try await admin.get(path)
                seen += page.items.compactMap { $0["id"]?.int }
                pages += 1
                try await admin.writeGroup("late-\(pages)")
                guard let next = page.next else { break }
                path = "/v1/audit?kind=peer.*,group.*&limit=2&cursor=\(next)"
            }
            #expect(seen.count == 6)
            #expect(Set(seen).count == 6)
            #expect(pages == 3)
        }
    }

    @Test(
        "what can't be asked is refused",
        arguments: [
            ("kind=peer", ["/kind invalid_value"]), ("kind=*", ["/kind invalid_value"]),
            ("kind=.*", ["/kind invalid_value"]),
            ("kind=peer.joined,nope.*", ["/kind invalid_value"]), ("since=yesterday", ["/since invalid_value"]),
            ("since=2026-13-01T00:00:00Z", ["/since invalid_value"]), ("until=2026-01-01", ["/until invalid_value"]),
            ("until=2026-01-01T00:00:00", ["/until invalid_value"]), ("since=1700000000", ["/since invalid_value"]),
            ("since=999999999999999999999-01-01T00:00:00Z", ["/since invalid_value"]),
            ("since=2026-01-01T00:00:00Zx", ["/since invalid_value"]), ("cursor=eA", ["/cursor invalid_value"]),
            ("cursor=%F0", ["/cursor invalid_value"]), ("peers=x", ["/peers unknown_parameter"]),
            ("service=a&service=b", ["/service duplicate"]), ("service=", ["/service invalid_value"]),
            ("kind=", ["/kind invalid_value"]), ("kind=,", ["/kind invalid_value"]),
            ("since=", ["/since invalid_value"]),
            (
                "kind=x&since=y&until=z&cursor=!&limit=0",
                [
                    "/kind invalid_value", "/since invalid_value", "/until invalid_value", "/cursor invalid_value",
                    "/limit invalid_value",
                ]
            ),
        ]
    )
    func refused(_ query: String, _ errors: [String]) async throws {
        try await AdminFixture.run { admin in
            try await admin.get("/v1/audit?\(query)").expectProblem(400, "invalid_query", errors)
        }
    }

    @Test("odd values find nothing and break nothing")
    func oddValues() async throws {
        try await AdminFixture.run { admin in
            try await happenings(admin)
            for query in [
                "service=%00", "peer=%F0%9F%98%80", "group=';--", "route=%25", "actor=%ff", "cursor=LTE", "cursor=MA",
            ] {
                let answer = try await admin.get("/v1/audit?\(query)")
                #expect(answer.status == 200, "\(query) \(answer.body)")
                #expect(answer.items.isEmpty)
            }
        }
    }
}
