import HTTPTypes
import HummingbirdTesting
import RoutingModel
import Testing

@Suite("Groups and routes come back as they were written")
struct RuleLifecycleTests {
    @Test("POST creates a group: 201, Location, and the document flat with name, revision and time")
    func createsGroup() async throws {
        try await AdminFixture.run { admin in
            let document =
                #"{"name":"g","description":"é / \"x\"","peers":[{"address":"10.0.0.1","port":80,"weight":3}]}"#
            let created = try await admin.post("/v1/groups", document)
            #expect(created.status == 201)
            #expect(created.header("Location") == "/v1/groups/g")
            #expect(created.header("X-Signalbox-Revision") == "1")
            #expect(created.headers[.contentType] == "application/json")

            let read = try await admin.get("/v1/groups/g")
            #expect(read.status == 200)
            #expect(read.body == created.body)
            var members = try #require(read.json.members)
            #expect(Timestamp(rfc3339: members.removeValue(forKey: "updated_at")?.text ?? "") != nil)
            #expect(members.removeValue(forKey: "revision") == 1)
            #expect(JSONValue.object(members) == (try CanonicalJSON.decode(JSONValue.self, from: document)))
        }
    }

    @Test("POST creates a route, and its answer names the snapshot that has it")
    func createsRoute() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeGroup("g")
            let created = try await admin.post("/v1/routes", #"{"name":"r","split":[{"group":"g","weight":100}]}"#)
            #expect(created.status == 201)
            #expect(created.header("Location") == "/v1/routes/r")
            let index = try #require(created.header("X-Signalbox-Index").flatMap(Int.init))
            try await admin.settled()
            let routing = try await admin.get("/v1/routing")
            #expect(routing.json["index"]?.int == index)
            #expect(routing.json["revision"] == 2)
            #expect(routing.json["routes"]?["r"] != nil)
        }
    }

    @Test("nothing that was left out is added, and nothing that was written is reworded")
    func keepsWhatWasWritten() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeGroup("g")
            let document = """
                {"split":[{"group":"g","weight":100.0}],"match":{"hosts":["STAR.Test"],"headers":[{"name":"X-Env","exact":""}]},
                 "sticky":{"source_ip":true},"force":[]}
                """
            #expect(try await admin.put("/v1/routes/r", document).status == 201)
            let read = try await admin.get("/v1/routes/r").json
            #expect(
                Set(try #require(read.members).keys) == [
                    "name", "revision", "updated_at", "split", "match", "sticky", "force",
                ]
            )
            #expect(read["match"]?["hosts"] == ["STAR.Test"])
            #expect(read["match"]?["headers"]?.items?.first == ["name": "X-Env", "exact": ""])
            #expect(read["split"]?.items?.first == ["group": "g", "weight": 100])
        }
    }

    @Test("PUT creates with 201 and Location, then replaces with 200 and neither")
    func putCreatesAndReplaces() async throws {
        try await AdminFixture.run { admin in
            let created = try await admin.put("/v1/groups/g", AdminFixture.listed(port: 1))
            #expect(created.status == 201)
            #expect(created.header("Location") == "/v1/groups/g")
            let replaced = try await admin.put("/v1/groups/g", AdminFixture.listed(port: 2))
            #expect(replaced.status == 200)
            #expect(replaced.header("Location") == nil)
            #expect(replaced.json["revision"] == 2)
            #expect(replaced.json["peers"]?.items?.first?["port"] == 2)
            #expect(try await admin.get("/v1/groups/g").body == replaced.body)
        }
    }

    @Test("what GET showed can be PUT back, and makes no revision, no snapshot and no ledger entry")
    func unchangedPutChangesNothing() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let before = try await admin.stored()
            for path in ["/v1/groups/star-stable", "/v1/routes/star"] {
                let shown = try await admin.get(path)
                let answer = try await admin.put(path, shown.body)
                #expect(answer.status == 200)
                #expect(answer.body == shown.body)
                #expect(answer.header("X-Signalbox-Revision") == "3")
                #expect(answer.header("Location") == nil)
            }
            #expect(try await admin.stored() == before)
        }
    }

    @Test("DELETE answers 204 with the new revision, and the rule is gone")
    func deletes() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let route = try await admin.delete("/v1/routes/star")
            #expect(route.status == 204)
            #expect(route.body.isEmpty)
            #expect(route.header("X-Signalbox-Revision") == "4")
            try await admin.get("/v1/routes/star").expectProblem(404, "not_found", [])
            #expect(try await admin.delete("/v1/groups/star-stable").status == 204)
            try await admin.get("/v1/groups/star-stable").expectProblem(404, "not_found", [])
            #expect(try await admin.get("/v1/groups").items("name") == ["star-canary"])
        }
    }

    @Test("a name in the path may be percent-encoded")
    func percentEncodedName() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeGroup("a-b")
            #expect(try await admin.get("/v1/groups/a%2Db").json["name"] == "a-b")
        }
    }

    @Test("HEAD answers like GET without a body")
    func head() async throws {
        try await AdminFixture.run(.live) { admin in
            try await admin.writeGroup("g")
            let head = try await admin.send(.head, "/v1/groups/g")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
        }
    }

    @Test("a write says why in X-Change-Message, and the ledger keeps who, what, before and after")
    func ledgerEntry() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeGroup("g", port: 1)
            let message = try #require(HTTPField.Name("X-Change-Message"))
            let answer = try await admin.send(
                .put,
                "/v1/groups/g",
                AdminFixture.listed(port: 2),
                headers: [message: "moved"]
            )
            try await admin.settled()
            let entry = try #require(try await admin.get("/v1/audit?kind=group.updated").items.first)
            #expect(entry["actor"] == "token:admin")
            #expect(entry["reason"] == "moved")
            #expect(entry["groups"] == ["g"])
            #expect(entry["before"]?["peers"]?.items?.first?["port"] == 1)
            #expect(entry["after"]?["peers"]?.items?.first?["port"] == 2)
            #expect(entry["revision"] == 2)
            #expect(entry["index"]?.int.map(String.init) == answer.header("X-Signalbox-Index"))
        }
    }
}
