import HTTPTypes
import RoutingModel
import Testing

@testable import AdminAPI
@testable import ControlPlane

@Suite("Rules with every setting are stored, shown, exported and given to workers")
struct SettingsTests {
    private static let certificate = "-----BEGIN CERTIFICATE-----\\nMIIBszCCAVmg\\n-----END CERTIFICATE-----\\n"

    private static let group = #"""
        {"name":"carts","consul":{"service":"star","tags":["v2"],"backup_tags":["spare"]},
         "peers":[{"address":"10.0.0.7","port":80,"backup":true},{"address":"10.0.0.8","port":80}],
         "balance":{"policy":"consistent_hash","hash_on":{"header":"x-user"}},
         "slow_start":"30s","max_connections":200,
         "tls":{"server_name":"carts.internal","ca":"\#(certificate)","verify":false},
         "health":{"passive":{"consecutive_failures":3,"consecutive_5xx":10,"ejection_time":"15s",
                              "max_ejection_time":"10m","max_ejected":33.33},
                   "active":{"http":{"path":"/up","host":"a.test","statuses":["200"]},"interval":"2s",
                             "timeout":"500ms","healthy_after":3,"unhealthy_after":4}}}
        """#

    private static let route = #"""
        {"name":"carts","match":{"path":{"prefix":"/carts"}},
         "split":[{"group":"carts","weight":5,"request_headers":{"set":{"X-Variant":"canary"}},
                   "response_headers":{"remove":["Server"]}},{"group":"star-stable","weight":95}],
         "retry":{"attempts":2,"per_try_timeout":"2s","on":["connect_failure","503"],"non_idempotent":true,
                  "retry_across":true,"budget":12.5,"min_per_second":0},
         "timeouts":{"connect":"250ms","response":"10s","idle":"1m","total":"1h"},
         "rewrite":{"path_prefix":"/v2","host":"carts.internal:8080"},
         "request_headers":{"set":{"X-Tier":"shop"},"add":{"x-note":"yes: no # é"},"remove":["X-Debug"]},
         "response_headers":{"add":{"X-Served-By":"signalbox"}},
         "mirror":{"group":"star-canary","percent":10.5}}
        """#

    private func tree(_ text: String) throws -> JSONValue { try CanonicalJSON.decode(JSONValue.self, from: text) }

    private func write(_ admin: AdminFixture) async throws {
        try await admin.writeStar()
        #expect(try await admin.post("/v1/groups", Self.group).status == 201)
        #expect(try await admin.post("/v1/routes", Self.route).status == 201)
    }

    /// What was shown, without what Signalbox adds.
    private func written(_ answer: Answer) throws -> JSONValue {
        var members = try #require(answer.json.members)
        members["revision"] = nil
        members["updated_at"] = nil
        return .object(members)
    }

    @Test("POST, GET and PUT give back what was written")
    func roundTrip() async throws {
        try await AdminFixture.run { admin in
            try await write(admin)
            for (path, document) in [("/v1/groups/carts", Self.group), ("/v1/routes/carts", Self.route)] {
                let shown = try await admin.get(path)
                #expect(try written(shown) == tree(document))
                let before = try await admin.stored()
                let put = try await admin.put(path, shown.body)
                #expect(put.status == 200, "\(put.body)")
                #expect(try await admin.stored() == before)
            }
        }
    }

    @Test("the snapshot has them, with defaults and the salt; a change of one setting is a new snapshot")
    func snapshot() async throws {
        try await AdminFixture.run { admin in
            try await write(admin)
            try await admin.settled()
            let routing = try await admin.get("/v1/routing").json
            let group = routing["groups"]?["carts"]
            #expect(group?["hash_on"] == ["header": "x-user", "salt": "carts"])
            #expect(group?["tls"]?["verify"] == false)
            #expect(group?["peers"]?.items?.map { $0["backup"] ?? .null } == [true, .null])
            let route = routing["routes"]?["carts"]
            #expect(route?["mirror"] == ["group": "star-canary", "percent": .number(10.5)])
            #expect(route?["split"]?.items?.first?["request_headers"] == ["set": ["X-Variant": "canary"]])
            #expect(routing["groups"]?["star-stable"]?.members?.keys.sorted() == ["peers", "policy"])

            let changed = Self.route.replacing(#""attempts":2"#, with: #""attempts":3"#)
            #expect(try await admin.put("/v1/routes/carts", changed).status == 200)
            try await admin.settled()
            let next = try await admin.get("/v1/routing").json
            #expect((next["index"]?.int ?? 0) > (routing["index"]?.int ?? 0))
            #expect(next["routes"]?["carts"]?["retry"]?["attempts"] == 3)
        }
    }

    @Test("exports have them, in JSON and in YAML, and applying an export changes nothing")
    func exports() async throws {
        try await AdminFixture.run { admin in
            try await write(admin)
            let before = try await admin.stored()
            for (format, type) in [("json", "application/json"), ("yaml", "application/yaml")] {
                let export = try await admin.get("/v1/config?format=\(format)")
                let applied = try await admin.send(.put, "/v1/config", export.body, type: type)
                #expect(applied.status == 200, "\(applied.body)")
                #expect(applied.json["changes"] == [])
            }
            #expect(try await admin.stored() == before)
        }
    }

    @Test("YAML of a person's hand is read: bare words, bare 'on', a certificate in lines")
    func yaml() async throws {
        try await AdminFixture.run { admin in
            let document = """
                groups:
                  g:
                    peers: [{address: 10.0.0.1, port: 80, backup: true}]
                    slow_start: 1m30s
                    tls:
                      ca: |
                        -----BEGIN CERTIFICATE-----
                        MIIBszCCAVmg
                        -----END CERTIFICATE-----
                routes:
                  r:
                    split: [{group: g, weight: 100}]
                    retry: {attempts: 2, on: [reset, '503']}
                    request_headers:
                      set: {x-on: 'on', x-number: '1'}
                    mirror: {group: g}
                """
            let applied = try await admin.send(.put, "/v1/config", document, type: "application/yaml")
            #expect(applied.status == 200, "\(applied.body)")
            let route = try await admin.get("/v1/routes/r").json
            #expect(route["retry"] == ["attempts": 2, "on": ["reset", "503"]])
            #expect(route["request_headers"] == ["set": ["x-on": "on", "x-number": "1"]])
        }
    }

    @Test("diffs of revisions and plans name a setting that changed; the ledger has both sides")
    func history() async throws {
        try await AdminFixture.run { admin in
            try await write(admin)
            let changed = Self.group.replacing(#""slow_start":"30s""#, with: #""slow_start":"31s""#)
            let plan = try await admin.put("/v1/groups/carts?dry_run=true", changed)
            #expect(plan.json["changes"]?.items?.first?["after"]?["slow_start"] == "31s")
            #expect(try await admin.put("/v1/groups/carts", changed).status == 200)
            try await admin.settled()
            let diff = try await admin.get("/v1/revisions/5/diff/6")
            #expect(diff.json["changes"]?.items?.count == 1, "\(diff.body)")
            #expect(diff.json["changes"]?.items?.first?["before"]?["slow_start"] == "30s")
            let entry = try await admin.get("/v1/audit?kind=group.updated").items.first
            #expect(entry?["after"]?["slow_start"] == "31s")
            // The group that a mirror names is one that the entry is about.
            let routes = try await admin.get("/v1/audit?kind=route.created&route=carts").items.first
            #expect(routes?["groups"] == ["carts", "star-canary", "star-stable"])
        }
    }

    @Test("a group that a mirror names can't be deleted")
    func mirrored() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeGroup("g")
            try await admin.writeGroup("next")
            let route = #"{"split":[{"group":"g","weight":100}],"mirror":{"group":"next"}}"#
            #expect(try await admin.put("/v1/routes/r", route).status == 201)
            try await admin.delete("/v1/groups/next").expectProblem(409, "in_use", ["/routes/r in_use"])
        }
    }

    @Test("peers say that they are backups")
    func peers() async throws {
        try await AdminFixture.run { admin in
            try await write(admin)
            let peers = try await admin.get("/v1/peers?group=carts").items
            #expect(peers.map { $0["backup"] ?? .null } == [true, .null])
        }
    }

    @Test("a group and a route with everything wrong name every field")
    func refused() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let before = try await admin.stored()
            let group = #"""
                {"name":"g","consul":{"service":"s","exclude_tags":["x"],"backup_tags":["x"]},
                 "peers":[{"address":"10.0.0.1","port":80,"backup":1}],"balance":{"policy":"consistent_hash"},
                 "slow_start":"0s","max_connections":0,"tls":{"server_name":"-","ca":"x","check":1},
                 "health":{"passive":{"consecutive_failures":0,"consecutive_5xx":-1,"ejection_time":"x",
                                      "max_ejection_time":"25h","max_ejected":1.234},
                           "active":{"http":{"path":"x","host":"/","statuses":["x"]},"interval":"1ms","timeout":"0s",
                                     "healthy_after":0,"unhealthy_after":0}}}
                """#
            try await admin.post("/v1/groups", group).expectProblem(
                422, "invalid",
                [
                    "/consul/backup_tags/0 invalid_value", "/peers/0/backup wrong_type", "/balance/hash_on required",
                    "/slow_start invalid_value", "/max_connections invalid_value", "/tls/server_name invalid_value",
                    "/tls/ca invalid_value", "/tls/check unknown_field",
                    "/health/passive/consecutive_failures invalid_value",
                    "/health/passive/consecutive_5xx invalid_value", "/health/passive/ejection_time invalid_value",
                    "/health/passive/max_ejection_time invalid_value", "/health/passive/max_ejected invalid_value",
                    "/health/active/http/path invalid_value", "/health/active/http/host invalid_value",
                    "/health/active/http/statuses/0 invalid_value", "/health/active/interval invalid_value",
                    "/health/active/timeout invalid_value", "/health/active/healthy_after invalid_value",
                    "/health/active/unhealthy_after invalid_value",
                ])
            let route = #"""
                {"name":"r","match":{"path":{"exact":"/a"}},
                 "split":[{"group":"star-stable","weight":100,"request_headers":{"set":{"Host":"a"}},
                           "response_headers":{"add":{"a b":"1"}}}],
                 "retry":{"attempts":11,"per_try_timeout":"0s","on":["x"],"non_idempotent":1,"retry_across":"no",
                          "budget":101,"min_per_second":-1},
                 "timeouts":{"connect":"0s","response":"0s","idle":"0s","total":1},
                 "rewrite":{"path_prefix":"/b","host":"a b"},
                 "request_headers":{"set":{"a":"\r\n"},"add":{"te":"x"},"remove":["a:b"]},
                 "response_headers":{"set":{"upgrade":"x"},"clear":[]},"mirror":{"group":"nope","percent":-1}}
                """#
            try await admin.post("/v1/routes", route).expectProblem(
                422, "invalid",
                [
                    "/split/0/request_headers/set/Host invalid_value",
                    "/split/0/response_headers/add/a b invalid_value", "/retry/attempts invalid_value",
                    "/retry/per_try_timeout invalid_value", "/retry/on/0 invalid_value",
                    "/retry/non_idempotent wrong_type", "/retry/retry_across wrong_type",
                    "/retry/budget invalid_value", "/retry/min_per_second invalid_value",
                    "/timeouts/connect invalid_value", "/timeouts/response invalid_value",
                    "/timeouts/idle invalid_value", "/timeouts/total wrong_type", "/rewrite/path_prefix invalid_value",
                    "/rewrite/host invalid_value", "/request_headers/set/a invalid_value",
                    "/request_headers/add/te invalid_value", "/request_headers/remove/0 invalid_value",
                    "/response_headers/set/upgrade invalid_value", "/response_headers/clear unknown_field",
                    "/mirror/group unknown_group", "/mirror/percent invalid_value",
                ])
            #expect(try await admin.stored() == before)
        }
    }
}
