import HTTPTypes
import RoutingModel
import Testing

@Suite("A group that can't be is refused, and nothing is stored")
struct RefusedGroupTests {
    @Test("each mistake is named by its place", arguments: cases)
    func refused(_ refusal: Refusal) async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await refusal.check(admin)
        }
    }

    static let cases: [Refusal] = [
        group("no name", #"{"peers":[]}"#, ["/name required"]),
        group("a name that is no string", #"{"name":1,"peers":[]}"#, ["/name wrong_type"]),
        group("a name of nothing", #"{"name":"","peers":[]}"#, ["/name invalid_value"]),
        group("upper case in the name", #"{"name":"A","peers":[]}"#, ["/name invalid_value"]),
        group("a slash in the name", #"{"name":"a/b","peers":[]}"#, ["/name invalid_value"]),
        group("a quote in the name", #"{"name":"a\"b","peers":[]}"#, ["/name invalid_value"]),
        group("a name that begins with a dot", #"{"name":"..","peers":[]}"#, ["/name invalid_value"]),
        group(
            "64 characters",
            #"{"name":"\#(String(repeating: "a", count: 64))","peers":[]}"#,
            ["/name invalid_value"]
        ),
        put("upper case in the path", "/v1/groups/A", #"{"peers":[]}"#, ["/name invalid_value"]),
        put("a slash in the path", "/v1/groups/a%2Fb", #"{"peers":[]}"#, ["/name invalid_value"]),
        put("NUL in the path", "/v1/groups/%00", #"{"peers":[]}"#, ["/name invalid_value"]),
        put("two names", "/v1/groups/a", #"{"name":"b","peers":[]}"#, ["/name invalid_value"]),
        Refusal(
            "a name that is taken",
            .post,
            "/v1/groups",
            #"{"name":"star-stable","peers":[]}"#,
            409,
            "already_exists",
            ["/name already_exists"]
        ),

        group("neither consul nor peers", #"{"name":"g"}"#, [" required"]),
        group("a document of null", "null", nil),
        group("a list", "[]", nil),
        group("a text", #""g""#, nil),
        group("an unknown field", #"{"name":"g","peers":[],"peer":[]}"#, ["/peer unknown_field"]),
        group(
            "an unknown field inside",
            #"{"name":"g","consul":{"service":"s","tag":["x"]}}"#,
            ["/consul/tag unknown_field"]
        ),
        group(
            "an unknown field inside a list",
            #"{"name":"g","peers":[{"address":"1.1.1.1","port":1,"wieght":2}]}"#,
            ["/peers/0/wieght unknown_field"]
        ),
        group(
            "an unknown field with a slash and a tilde",
            #"{"name":"g","peers":[],"a/b~c":1}"#,
            ["/a~1b~0c unknown_field"]
        ),
        group("peers of the wrong type", #"{"name":"g","peers":{}}"#, ["/peers wrong_type"]),
        group("a peer of the wrong type", #"{"name":"g","peers":["10.0.0.1:80"]}"#, ["/peers/0 wrong_type"]),
        group("no port", #"{"name":"g","peers":[{"address":"10.0.0.1"}]}"#, ["/peers/0/port required"]),
        group(
            "a port in quotes",
            #"{"name":"g","peers":[{"address":"10.0.0.1","port":"80"}]}"#,
            ["/peers/0/port wrong_type"]
        ),
        group(
            "a port with a fraction",
            #"{"name":"g","peers":[{"address":"10.0.0.1","port":80.5}]}"#,
            ["/peers/0/port invalid_value"]
        ),
        group(
            "an address that is none",
            #"{"name":"g","peers":[{"address":"http://a","port":80}]}"#,
            ["/peers/0/address invalid_value"]
        ),
        group(
            "the same address twice",
            #"{"name":"g","peers":[{"address":"10.0.0.1","port":80},{"address":"10.0.0.1","port":80,"weight":2}]}"#,
            ["/peers/1 duplicate"]
        ),
        group("no service", #"{"name":"g","consul":{}}"#, ["/consul/service required"]),
        group("a service of nothing", #"{"name":"g","consul":{"service":""}}"#, ["/consul/service invalid_value"]),
        group(
            "a control character",
            #"{"name":"g","consul":{"service":"a\u0000b"}}"#,
            ["/consul/service invalid_value"]
        ),
        group(
            "a tag asked for and excluded",
            #"{"name":"g","consul":{"service":"s","tags":["x"],"exclude_tags":["x"]}}"#,
            ["/consul/exclude_tags/0 invalid_value"]
        ),
        group(
            "an unknown policy",
            #"{"name":"g","peers":[],"balance":{"policy":"fastest"}}"#,
            ["/balance/policy invalid_value"]
        ),
        group(
            "everything at once",
            #"{"name":"G","x":1,"consul":{"service":1,"tags":"v1"},"peers":[{"address":"-","port":0,"weight":-1},{}]}"#,
            [
                "/name invalid_value", "/x unknown_field", "/consul/service wrong_type", "/consul/tags wrong_type",
                "/peers/0/address invalid_value", "/peers/0/port invalid_value", "/peers/0/weight invalid_value",
                "/peers/1/address required", "/peers/1/port required",
            ]
        ),
    ]

    private static func group(_ what: String, _ body: String, _ errors: [String]?) -> Refusal {
        Refusal(what, .post, "/v1/groups", body, 422, "invalid", errors ?? [" wrong_type"])
    }

    private static func put(_ what: String, _ path: String, _ body: String, _ errors: [String]) -> Refusal {
        Refusal(what, .put, path, body, 422, "invalid", errors)
    }

    @Test("a group that routes use can't be deleted, and the answer names them")
    func inUse() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let forced =
                #"{"force":[{"cookie":{"name":"c","present":true},"group":"star-canary"}],"#
                + #""split":[{"group":"star-stable","weight":100}]}"#
            #expect(try await admin.put("/v1/routes/forced", forced).status == 201)
            let before = try await admin.stored()
            let answer = try await admin.delete("/v1/groups/star-canary")
            answer.expectProblem(409, "in_use", ["/routes/forced in_use", "/routes/star in_use"])
            #expect(answer.json["detail"]?.text?.contains("forced, star") == true)
            #expect(try await admin.stored() == before)
        }
    }

    @Test("a group that isn't there can't be deleted or read")
    func notFound() async throws {
        try await AdminFixture.run { admin in
            let before = try await admin.stored()
            try await admin.delete("/v1/groups/nope").expectProblem(404, "not_found", [])
            try await admin.get("/v1/groups/nope").expectProblem(404, "not_found", [])
            try await admin.get("/v1/groups/%ff").expectProblem(404, "not_found", [])
            #expect(try await admin.stored() == before)
        }
    }
}
