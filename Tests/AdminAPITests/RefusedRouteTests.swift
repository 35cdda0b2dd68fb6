import HTTPTypes
import RoutingModel
import Testing

@Suite("A route that can't be is refused, and nothing is stored")
struct RefusedRouteTests {
    @Test("each mistake is named by its place", arguments: splits + matches + others)
    func refused(_ refusal: Refusal) async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await refusal.check(admin)
        }
    }

    static let splits: [Refusal] = [
        route("no split", #"{}"#, ["/split required"]),
        route("an empty split", #"{"split":[]}"#, ["/split invalid_value"]),
        split(
            "three decimals",
            #"[{"group":"star-canary","weight":5.001},{"group":"star-stable","weight":94.999}]"#,
            [
                "/split/0/weight invalid_value", "/split/1/weight invalid_value",
            ]
        ),
        split(
            "less than 100",
            #"[{"group":"star-canary","weight":5},{"group":"star-stable","weight":94.99}]"#,
            [
                "/split weights_sum"
            ]
        ),
        split(
            "more than 100",
            #"[{"group":"star-canary","weight":5.01},{"group":"star-stable","weight":95}]"#,
            [
                "/split weights_sum"
            ]
        ),
        split(
            "a negative weight",
            #"[{"group":"star-canary","weight":-1},{"group":"star-stable","weight":100}]"#,
            [
                "/split/0/weight invalid_value"
            ]
        ),
        split(
            "a group twice",
            #"[{"group":"star-canary","weight":50},{"group":"star-canary","weight":50}]"#,
            [
                "/split/1/group duplicate"
            ]
        ),
        split("a group that isn't there", #"[{"group":"nope","weight":100}]"#, ["/split/0/group unknown_group"]),
        split("a weight in quotes", #"[{"group":"star-stable","weight":"100"}]"#, ["/split/0/weight wrong_type"]),
        split("no weight", #"[{"group":"star-stable"}]"#, ["/split/0/weight required"]),
        split(
            "a field too many",
            #"[{"group":"star-stable","weight":100,"share":1}]"#,
            ["/split/0/share unknown_field"]
        ),
        rest(
            "an unknown forced group",
            #""force":[{"header":{"name":"x","exact":"1"},"group":"nope"}]"#,
            [
                "/force/0/group unknown_group"
            ]
        ),
        rest("a force rule without a condition", #""force":[{"group":"star-stable"}]"#, ["/force/0 invalid_value"]),
        rest(
            "a force rule with two conditions",
            #""force":[{"header":{"name":"x","exact":"1"},"cookie":{"name":"x","exact":"1"},"group":"star-stable"}]"#,
            ["/force/0 invalid_value"]
        ),
    ]

    static let matches: [Refusal] = [
        match("a host with a port", #"{"hosts":["star.test:80"]}"#, ["/match/hosts/0 invalid_value"]),
        match("a wildcard in the middle", #"{"hosts":["a.*.test"]}"#, ["/match/hosts/0 invalid_value"]),
        match("a wildcard at the end", #"{"hosts":["star.*"]}"#, ["/match/hosts/0 invalid_value"]),
        match("a wildcard in a label", #"{"hosts":["a*.test"]}"#, ["/match/hosts/0 invalid_value"]),
        match("two wildcards", #"{"hosts":["*.*.test"]}"#, ["/match/hosts/0 invalid_value"]),
        match("a blank host", #"{"hosts":[" "]}"#, ["/match/hosts/0 invalid_value"]),
        match("a host of nothing", #"{"hosts":[""]}"#, ["/match/hosts/0 invalid_value"]),
        match("the same host twice", #"{"hosts":["a.test","A.TEST"]}"#, ["/match/hosts/1 duplicate"]),
        match("two kinds of path", #"{"path":{"prefix":"/","exact":"/"}}"#, ["/match/path invalid_value"]),
        match("no kind of path", #"{"path":{}}"#, ["/match/path invalid_value"]),
        match("a path that is a text", #"{"path":"/"}"#, ["/match/path wrong_type"]),
        match("a path without a slash", #"{"path":{"prefix":"api"}}"#, ["/match/path/prefix invalid_value"]),
        match("a query in a path", #"{"path":{"exact":"/a?b"}}"#, ["/match/path/exact invalid_value"]),
        match("a backreference", #"{"path":{"regex":"/(a)\\1"}}"#, ["/match/path/regex invalid_regex"]),
        match("a lookahead", #"{"path":{"regex":"/(?=a)"}}"#, ["/match/path/regex invalid_regex"]),
        match("an open group", #"{"path":{"regex":"/("}}"#, ["/match/path/regex invalid_regex"]),
        match(
            "a pattern too large to compile",
            #"{"path":{"regex":"((a{100}){100}){100}"}}"#,
            [
                "/match/path/regex invalid_regex"
            ]
        ),
        match(
            "a regex in a header that RE2 refuses",
            #"{"headers":[{"name":"x","regex":"(?<!a)b"}]}"#,
            [
                "/match/headers/0/regex invalid_regex"
            ]
        ),
        match(
            "a header name with a blank",
            #"{"headers":[{"name":"x y","exact":"1"}]}"#,
            [
                "/match/headers/0/name invalid_value"
            ]
        ),
        match("a header without a test", #"{"headers":[{"name":"x"}]}"#, ["/match/headers/0 invalid_value"]),
        match(
            "a header with two tests",
            #"{"headers":[{"name":"x","exact":"1","prefix":"2"}]}"#,
            [
                "/match/headers/0 invalid_value"
            ]
        ),
        match("a method in lower case", #"{"methods":["get"]}"#, ["/match/methods/0 invalid_value"]),
        match("a method twice", #"{"methods":["GET","GET"]}"#, ["/match/methods/1 duplicate"]),
        match("an unknown field", #"{"host":["a.test"]}"#, ["/match/host unknown_field"]),
    ]

    static let others: [Refusal] = [
        rest("a priority with a fraction", #""priority":1.5"#, ["/priority invalid_value"]),
        rest("a priority out of range", #""priority":1000001"#, ["/priority invalid_value"]),
        rest("a priority in quotes", #""priority":"1""#, ["/priority wrong_type"]),
        rest("two sticky keys", #""sticky":{"header":"a","cookie":"b"}"#, ["/sticky invalid_value"]),
        rest("no sticky key", #""sticky":{"salt":"s"}"#, ["/sticky invalid_value"]),
        rest("a sticky source address of false", #""sticky":{"source_ip":false}"#, ["/sticky/source_ip invalid_value"]),
        rest("an unknown on_empty", #""on_empty":"drop""#, ["/on_empty invalid_value"]),
        rest("on_empty as a number", #""on_empty":1"#, ["/on_empty wrong_type"]),
        rest(
            "a description that is too long",
            #""description":"\#(String(repeating: "x", count: 4_097))""#,
            [
                "/description invalid_value"
            ]
        ),
        route(
            "everything at once",
            #"{"priority":"x","match":{"hosts":["a b"],"paths":[]},"split":[{"group":"nope","weight":50}],"on_empty":"?"}"#,
            [
                "/priority wrong_type", "/match/hosts/0 invalid_value", "/match/paths unknown_field",
                "/split/0/group unknown_group", "/split weights_sum", "/on_empty invalid_value",
            ]
        ),
        Refusal(
            "a name that is taken",
            .post,
            "/v1/routes",
            #"{"name":"star","split":[{"group":"star-stable","weight":100}]}"#,
            409,
            "already_exists",
            ["/name already_exists"]
        ),
    ]

    private static func route(_ what: String, _ body: String, _ errors: [String]) -> Refusal {
        Refusal(what, .put, "/v1/routes/r", body, 422, "invalid", errors)
    }

    private static func split(_ what: String, _ split: String, _ errors: [String]) -> Refusal {
        route(what, #"{"split":\#(split)}"#, errors)
    }

    private static func rest(_ what: String, _ rest: String, _ errors: [String]) -> Refusal {
        route(what, #"{"split":[{"group":"star-stable","weight":100}],\#(rest)}"#, errors)
    }

    private static func match(_ what: String, _ match: String, _ errors: [String]) -> Refusal {
        rest(what, #""match":\#(match)"#, errors)
    }
}
