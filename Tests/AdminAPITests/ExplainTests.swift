import RoutingModel
import Testing

@Suite("Explain says where a request goes, and why")
struct ExplainTests {
    private func rules(_ admin: AdminFixture) async throws {
        try await admin.writeStar()
        try await admin.writeGroup("other")
        for (name, match) in [
            ("any", #"{}"#), ("api", #"{"hosts":["star.test"],"path":{"prefix":"/api"}}"#),
            ("exact", #"{"hosts":["star.test"],"path":{"exact":"/api/x"},"methods":["POST"]}"#),
            ("wild", #"{"hosts":["*.test"]}"#), ("elsewhere", #"{"hosts":["moon.test"]}"#),
        ] {
            let body = #"{"match":\#(match),"split":[{"group":"other","weight":100}]}"#
            #expect(try await admin.put("/v1/routes/\(name)", body).status == 201)
        }
        await admin.answer([AdminFixture.instance("s1"), AdminFixture.instance("s2", tags: ["v2"], port: 1)])
        try await admin.settled()
    }

    @Test("the rules are tried in the order of precedence, each with a result and a reason")
    func order() async throws {
        try await AdminFixture.run { admin in
            try await rules(admin)
            let answer = try await admin.post("/v1/explain", #"{"host":"STAR.test:8080","path":"/about?x=1"}"#)
            #expect(answer.status == 200)
            let tried = try #require(answer.json["tried"]?.items)
            #expect(tried.map { $0["route"] } == ["exact", "api", "star", "wild", "any", "elsewhere"])
            #expect(
                tried.map { $0["result"] } == ["no_match", "no_match", "match", "not_tried", "not_tried", "no_match"]
            )
            #expect(tried.allSatisfy { $0["reason"]?.text?.isEmpty == false })
            #expect(answer.json["route"] == "star")
            #expect(
                answer.json["request"] == [
                    "method": "GET", "host": "star.test", "path": "/about", "query": "x=1", "source_ip": "127.0.0.1",
                ]
            )
        }
    }

    @Test("with the sticky key it names the bucket, the deal, the group and its peers; the same every time")
    func bucket() async throws {
        try await AdminFixture.run { admin in
            try await rules(admin)
            let request = #"{"host":"star.test","headers":{"X-User":"u-42"}}"#
            let answer = try await admin.post("/v1/explain", request)
            #expect(answer.json["sticky_key"] == "u-42")
            #expect(answer.json["salt"] == "star")
            let bucket = try #require(answer.json["bucket"]?.int)
            #expect((0..<10_000).contains(bucket))
            #expect(
                answer.json["deal"] == [
                    ["group": "star-canary", "from": 0, "to": 500],
                    ["group": "star-stable", "from": 500, "to": 10_000],
                ]
            )
            let group = bucket < 500 ? "star-canary" : "star-stable"
            #expect(answer.json["group"]?.text == group)
            #expect(answer.json["peers"]?.items?.map { $0["group"]?.text } == [group])
            #expect(answer.json["status"] == 200)
            #expect(try await admin.post("/v1/explain", request).body == answer.body)
        }
    }

    @Test("without the key the group is random, so the peers of every group are shown")
    func random() async throws {
        try await AdminFixture.run { admin in
            try await rules(admin)
            let answer = try await admin.post("/v1/explain", #"{"host":"star.test"}"#)
            #expect(answer.json["bucket"] == nil)
            #expect(answer.json["group"] == nil)
            #expect(answer.json["group_reason"]?.text?.contains("andom") == true)
            #expect(answer.json["peers"]?.items?.map { $0["id"] } == ["n1~s2", "n1~s1"])
        }
    }

    @Test("a force rule goes before the split")
    func forced() async throws {
        try await AdminFixture.run { admin in
            try await rules(admin)
            let body =
                #"{"match":{"hosts":["f.test"]},"force":[{"cookie":{"name":"c","exact":"1"},"group":"star-canary"}],"#
                + #""split":[{"group":"other","weight":100}]}"#
            #expect(try await admin.put("/v1/routes/f", body).status == 201)
            try await admin.settled()
            let answer = try await admin.post("/v1/explain", #"{"host":"f.test","headers":{"cookie":["a=b","c=1"]}}"#)
            #expect(answer.json["forced"] == true)
            #expect(answer.json["group"] == "star-canary")
            #expect(answer.json["peers"]?.items?.map { $0["id"] } == ["n1~s2"])
        }
    }

    @Test("no route: 404; no usable peer: 503, with the peers that are there and why they can't")
    func nowhere() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.settled()
            let lost = try await admin.post("/v1/explain", #"{"host":"moon.test"}"#)
            #expect(lost.status == 200)
            #expect(lost.json["status"] == 404)
            #expect(lost.json["route"] == nil)

            await admin.answer([AdminFixture.instance("s1", health: .critical)])
            try await admin.settled()
            let empty = try await admin.post("/v1/explain", #"{"host":"star.test","headers":{"x-user":"a"}}"#)
            #expect(empty.json["status"] == 503)
            #expect(empty.json["route"] == "star")
            #expect(empty.json["group_reason"]?.text?.isEmpty == false)
        }
    }

    @Test("before there are any rules it says so")
    func noRules() async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.post("/v1/explain", #"{"host":""}"#)
            #expect(answer.status == 200)
            #expect(answer.json["status"] == 404)
            #expect(answer.json["tried"] == [])
        }
    }

    @Test(
        "a request that can't be is refused by name",
        arguments: [
            ("{}", ["/host required"]), ("[]", [" wrong_type"]), (#"{"host":1}"#, ["/host wrong_type"]),
            (#"{"host":"a","method":"G T"}"#, ["/method invalid_value"]),
            (#"{"host":"a","path":"x"}"#, ["/path invalid_value"]),
            (#"{"host":"a","path":""}"#, ["/path invalid_value"]),
            (#"{"host":"a","source_ip":"localhost"}"#, ["/source_ip invalid_value"]),
            (#"{"host":"a","headers":[]}"#, ["/headers wrong_type"]),
            (#"{"host":"a","headers":{"x":1}}"#, ["/headers/x wrong_type"]),
            (#"{"host":"a","headers":{"x y":"1"}}"#, ["/headers invalid_value"]),
            (#"{"host":"a","body":""}"#, ["/body unknown_field"]),
            (
                #"{"host":"a","method":"","path":"?","source_ip":"::g"}"#,
                [
                    "/method invalid_value", "/path invalid_value", "/source_ip invalid_value",
                ]
            ),
        ]
    )
    func refused(_ body: String, _ errors: [String]) async throws {
        try await AdminFixture.run { admin in
            try await admin.post("/v1/explain", body).expectProblem(422, "invalid", errors)
        }
    }
}
