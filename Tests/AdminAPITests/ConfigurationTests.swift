import HTTPTypes
import RoutingModel
import Testing

@testable import AdminAPI

@Suite("All rules are one document: exported, replaced and merged as one")
struct ConfigurationTests {
    private static let yaml: HTTPFields = [.accept: "application/yaml"]

    @Test("an export is the same bytes each time, and applying it changes nothing")
    func roundTrip() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let put = try await admin.put(
                "/v1/peers/n1~s1/override", #"{"state":"drain","reason":"yes: it's \"odd\" # so"}"#)
            #expect(put.status == 201)
            let before = try await admin.stored()
            for (headers, type) in [(HTTPFields(), "application/json"), (Self.yaml, "application/yaml")] {
                let first = try await admin.get("/v1/config", headers: headers)
                #expect(first.status == 200)
                #expect(first.headers[.contentType] == type)
                #expect(try await admin.get("/v1/config", headers: headers).body == first.body)
                let applied = try await admin.send(.put, "/v1/config", first.body, type: type)
                #expect(applied.status == 200, "\(applied.body)")
                #expect(applied.json["changes"] == [])
                let merged = try await admin.send(.patch, "/v1/config", first.body, type: type)
                #expect(merged.json["changes"] == [])
            }
            #expect(try await admin.stored() == before)
        }
    }

    @Test("JSON and YAML say the same, under different tags")
    func representations() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let json = try await admin.get("/v1/config")
            let yaml = try await admin.get("/v1/config?format=yaml")
            #expect(json.headers[.eTag] == "\"3\"")
            #expect(yaml.headers[.eTag] == "\"3-yaml\"")
            #expect(json.header("X-Signalbox-Revision") == "3")
            #expect(yaml.body.contains("star-canary:\n"))
            #expect(try await admin.get("/v1/config", headers: [.ifNoneMatch: "\"3\""]).status == 304)
            let problems = ProblemList()
            #expect(try YAMLText.read(.init(yaml.body.utf8), problems: problems) == json.json)
            #expect(problems.isEmpty)
        }
    }

    @Test("PUT makes the rules what the document says, in one revision")
    func replaced() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let answer = try await admin.send(
                .put, "/v1/config",
                #"{"message":"a new world","groups":{"g":{"peers":[]}},"routes":{"r":{"split":[{"group":"g","weight":100}]}}}"#,
                headers: [.ifMatch: "\"3\""])
            #expect(answer.status == 200)
            #expect(answer.json["revision"]?.int == 4)
            #expect(answer.headers[.eTag] == "\"4\"")
            let changes = (answer.json["changes"]?.items ?? []).map {
                "\($0["kind"]?.text ?? "") \($0["name"]?.text ?? "") \($0["action"]?.text ?? "")"
            }
            #expect(
                changes == [
                    "group g created", "route r created", "route star deleted", "group star-canary deleted",
                    "group star-stable deleted",
                ])
            #expect(try await admin.get("/v1/routes").items("name") == ["r"])
            let entries = try await admin.get("/v1/audit?since=-1m&kind=config.*").items
            #expect(entries.map { $0["reason"]?.text } == ["a new world"])
            #expect(entries.first?["after"] == ["changes": 5, "mode": "replace"])
        }
    }

    @Test("a document that doesn't speak of overrides leaves them; one that does, doesn't")
    func overridesStay() async throws {
        try await AdminFixture.run { admin in
            let put = try await admin.put("/v1/peers/n1~s1/override", #"{"weight":0,"reason":"r"}"#)
            #expect(put.status == 201)
            let silent = try await admin.put("/v1/config", #"{"groups":{},"routes":{}}"#)
            #expect(silent.json["changes"] == [])
            #expect(try await admin.get("/v1/overrides").items.count == 1)
            let outspoken = try await admin.put("/v1/config", #"{"overrides":{}}"#)
            #expect(outspoken.json["changes"]?.items?.count == 1)
        }
    }

    @Test("PATCH creates and replaces what it names, null deletes, the rest stays")
    func merged() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.writeGroup("old")
            let answer = try await admin.send(
                .patch, "/v1/config",
                #"{"groups":{"new":{"peers":[]},"old":null,"never":null},"routes":{"r":{"split":[{"group":"new","weight":100}]}}}"#,
                type: "application/merge-patch+json")
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.json["changes"]?.items?.count == 3)
            #expect(try await admin.get("/v1/groups").items("name") == ["new", "star-canary", "star-stable"])
            #expect(try await admin.get("/v1/routes").items("name") == ["r", "star"])
        }
    }

    @Test("all that is wrong with a document is said at once, and none of it is stored")
    func refused() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let before = try await admin.stored()
            try await admin.send(
                .patch, "/v1/config",
                """
                {"groups":{"star-stable":null,"x":{"peer":[]},"Bad":{"peers":[]}},
                 "routes":{"r":{"split":[{"group":"nope","weight":50}]}},
                 "overrides":{"n1~s1":{"state":"drain"},"n2":{"weight":1,"reason":"r"}},"more":1}
                """
            ).expectProblem(
                422, "invalid",
                [
                    "/more unknown_field", "/groups/Bad invalid_value", "/groups/x/peer unknown_field",
                    "/groups/x required", "/groups/star-stable in_use", "/routes/r/split weights_sum",
                    "/routes/r/split/0/group unknown_group", "/overrides/n1~0s1/reason required",
                    "/overrides/n2 invalid_value",
                ])
            try await admin.send(.put, "/v1/config", #"{"groups":{"g":null}}"#)
                .expectProblem(422, "invalid", ["/groups/g wrong_type"])
            try await admin.send(.put, "/v1/config", "[]").expectProblem(422, "invalid", [" wrong_type"])
            #expect(try await admin.stored() == before)
        }
    }

    @Test(
        "YAML that is none, or that means what JSON can't, is refused",
        arguments: [
            ("a: [", 400), ("a: 1\n b: 2\n  - c", 400), ("groups: {g: {peers: []}, g: {peers: []}}", 400),
            (
                "a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b]\n"
                    + "d: &d [*c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d]\n"
                    + "f: &f [*e, *e, *e, *e, *e, *e, *e, *e]\ng: &g [*f, *f, *f, *f, *f, *f, *f, *f]\n"
                    + "h: &h [*g, *g, *g, *g, *g, *g, *g, *g]\ni: [*h, *h, *h, *h, *h, *h, *h, *h]", 400
            ),
            ("? [a, b]\n: 1", 422), ("groups: 5", 422),
        ])
    func badYAML(text: String, status: Int) async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send(.put, "/v1/config", text, type: "application/yaml")
            #expect(answer.status == status, "\(answer.body)")
        }
    }

    @Test("plain words in YAML are what YAML 1.2 says: no is a word, not a flag")
    func core() throws {
        let problems = ProblemList()
        let text = "{a: no, b: 12:30, c: 0x10, d: ~, e: 1e3, f: 007, g: true, h: '5', i: -3, j: 1.50}"
        let tree = try YAMLText.read(.init(text.utf8), problems: problems)
        #expect(
            tree == [
                "a": "no", "b": "12:30", "c": "0x10", "d": nil, "e": .number(1_000), "f": 7, "g": true, "h": "5",
                "i": -3,
                "j": .number(1.5),
            ])
        #expect(problems.isEmpty)
    }

    @Test("a document of another type is refused by name")
    func types() async throws {
        try await AdminFixture.run { admin in
            try await admin.send(.put, "/v1/config", "x", type: "text/plain")
                .expectProblem(415, "unsupported_media_type")
            try await admin.get("/v1/config?format=xml").expectProblem(400, "invalid_query", ["/format invalid_value"])
        }
    }
}
