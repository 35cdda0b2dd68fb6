import HTTPTypes
import RoutingModel
import Testing

@testable import AdminAPI

@Suite("Every change of the rules can be looked up, compared and undone")
struct RevisionTests {
    /// Revisions 1 and 2 make groups, 3 a route, 4 moves its weights, 5 deletes it.
    private func write(_ admin: AdminFixture) async throws {
        try await admin.writeStar()
        let moved = try await admin.send(
            .put, "/v1/routes/star/weights", #"{"star-canary":20,"star-stable":80}"#,
            headers: [.changeMessage: "it looks well"])
        #expect(moved.status == 200)
        #expect(try await admin.delete("/v1/routes/star").status == 204)
    }

    @Test("they are listed, newest first, by pages")
    func listed() async throws {
        try await AdminFixture.run { admin in
            try await write(admin)
            let first = try await admin.get("/v1/revisions?limit=3")
            #expect(first.items.compactMap { $0["revision"]?.int } == [5, 4, 3])
            #expect(first.items.map { $0["message"]?.text } == [nil, "it looks well", nil])
            #expect(first.items("author") == ["token:admin", "token:admin", "token:admin"])
            #expect(first.items[1]["changes"] == [["kind": "route", "name": "star", "action": "updated"]])
            #expect(first.items[1]["change_count"] == 1)
            let next = try #require(first.next)
            let second = try await admin.get("/v1/revisions?limit=3&cursor=\(next)")
            #expect(second.items.compactMap { $0["revision"]?.int } == [2, 1])
            #expect(second.next == nil)
        }
    }

    @Test("one is shown with what it changed")
    func shown() async throws {
        try await AdminFixture.run { admin in
            try await write(admin)
            let revision = try await admin.get("/v1/revisions/4").json
            let change = try #require(revision["changes"]?.items?.first)
            #expect(change["before"]?["split"]?.items?.first?["weight"] == 5)
            #expect(change["after"]?["split"]?.items?.first?["weight"] == 20)
            try await admin.get("/v1/revisions/6").expectProblem(404, "not_found")
            try await admin.get("/v1/revisions/0").expectProblem(404, "not_found")
            try await admin.get("/v1/revisions/-1").expectProblem(404, "not_found")
            try await admin.get("/v1/revisions/99999999999999999999").expectProblem(404, "not_found")
        }
    }

    @Test("any two are compared, in both directions")
    func compared() async throws {
        try await AdminFixture.run { admin in
            try await write(admin)
            let forth = try await admin.get("/v1/revisions/2/diff/4").json["changes"]?.items ?? []
            #expect(forth.map { $0["action"]?.text } == ["created"])
            #expect(forth.first?["after"]?["split"]?.items?.first?["weight"] == 20)
            let back = try await admin.get("/v1/revisions/4/diff/0").json["changes"]?.items ?? []
            #expect(
                back.map { "\($0["action"]?.text ?? "") \($0["name"]?.text ?? "")" } == [
                    "deleted star-canary", "deleted star-stable", "deleted star",
                ])
            #expect(try await admin.get("/v1/revisions/3/diff/3").json["changes"] == [])
        }
    }

    @Test("a rollback is a new revision that makes the rules what they were")
    func rolledBack() async throws {
        try await AdminFixture.run { admin in
            try await write(admin)
            let then = try await admin.get("/v1/config?at=3").json
            let answer = try await admin.send(
                .post, "/v1/revisions/3/rollback", headers: [.ifMatch: "\"5\"", .changeMessage: "oh no"])
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.json["revision"] == 6)
            #expect(answer.json["changes"] == [["kind": "route", "name": "star", "action": "created"]])
            #expect(try await admin.get("/v1/config").json == then)
            let entry = try #require(try await admin.get("/v1/audit?kind=config.rolled_back").items.first)
            #expect(entry["after"] == ["changes": 1, "to": 3])
            #expect(entry["reason"] == "oh no")
            let again = try await admin.send(.post, "/v1/revisions/3/rollback")
            #expect(again.json["changes"] == [])
            #expect(again.json["revision"] == 6)
            try await admin.send(.post, "/v1/revisions/9/rollback").expectProblem(404, "not_found")
        }
    }

    @Test("the rules at every revision and time are those that were in force then")
    func timeTravel() async throws {
        try await AdminFixture.run { admin in
            var seen: [Int: String] = [0: try await admin.get("/v1/config").body]
            for number in 1...12 {
                let body = AdminFixture.listed(port: 1_000 + number)
                if number.isMultiple(of: 4) {
                    #expect(try await admin.delete("/v1/groups/g\(number % 3)").status == 204)
                } else {
                    #expect(try await admin.put("/v1/groups/g\(number % 3)", body).status < 300)
                }
                seen[number] = try await admin.get("/v1/config").body
            }
            for (number, body) in seen {
                #expect(try await admin.get("/v1/config?at=\(number)").body == body)
            }
            try await admin.get("/v1/config?at=13").expectProblem(404, "not_found")
            let times = try await admin.get("/v1/revisions").items
            for item in times {
                let (number, at) = (item["revision"]?.int ?? 0, item["at"]?.text ?? "")
                let same = times.filter { $0["at"]?.text == at }.compactMap { $0["revision"]?.int }.max()
                #expect(try await admin.get("/v1/config?at=\(at)").body == seen[same ?? number])
            }
            #expect(try await admin.get("/v1/config?at=-1h").body == seen[0])
        }
    }

    @Test("who the peers were, and what became of a request, is known afterwards")
    func past() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            await admin.answer([AdminFixture.instance("s1"), AdminFixture.instance("c1", tags: ["v2"], port: 9)])
            try await admin.settled()
            let then = Timestamp.now()
            try await eventuallyLater(than: then)
            await admin.answer(
                [
                    AdminFixture.instance("s2", port: 2),
                    AdminFixture.instance("c1", tags: ["v2"], port: 9, health: .critical),
                ])
            #expect(try await admin.delete("/v1/routes/star").status == 204)
            try await admin.settled()
            let before = try await admin.get("/v1/peers?at=\(then)")
            #expect(before.items("id") == ["n1~c1", "n1~s1"])
            #expect(before.items("state") == ["active", "active"])
            #expect(try await admin.get("/v1/peers").items("id") == ["n1~c1", "n1~s2"])
            #expect(try await admin.get("/v1/peers?at=-1h").items.isEmpty)
            let explained = try await admin.post(
                "/v1/explain", #"{"host":"star.test","headers":{"x-user":"ada"},"at":"\#(then)"}"#)
            #expect(explained.status == 200, "\(explained.body)")
            #expect(explained.json["route"] == "star")
            #expect(try await admin.post("/v1/explain", #"{"host":"star.test"}"#).json["status"] == 404)
        }
    }

    /// Returns when the clock shows another millisecond.
    private func eventuallyLater(than time: Timestamp) async throws {
        while Timestamp.now() <= time { await Task.yield() }
    }
}
