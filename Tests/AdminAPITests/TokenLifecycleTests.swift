import HTTPTypes
import RoutingModel
import TestKit
import Testing

@testable import AdminAPI
@testable import ControlPlane

@Suite("Tokens are made, listed and revoked, and the ledger knows of it")
struct TokenLifecycleTests {
    private static func bearer(_ answer: Answer) throws -> String {
        "Bearer \(try #require(answer.json["secret"]?.text))"
    }

    @Test("a token opens what its role opens until it is revoked, and its secret is shown once")
    func life() async throws {
        try await AdminFixture.run { admin in
            let made = try await admin.send(
                .post, "/v1/tokens", #"{"name":"ci","role":"operator","scopes":["star-"],"description":"deployments"}"#,
                headers: [.changeMessage: "for the pipeline"])
            #expect(made.status == 201)
            #expect(made.header("Location") == "/v1/tokens/ci")
            let secret = try #require(made.json["secret"]?.text)
            #expect(secret.wholeMatch(of: /sbx_[a-z0-9]{12}_[A-Za-z0-9_-]{43}/) != nil)
            #expect(made.json["state"]?.text == "active")
            #expect(made.json["created_by"]?.text == "token:admin")

            let who = try await admin.send(.get, "/v1/whoami", token: "Bearer \(secret)")
            #expect(who.body == #"{"name":"ci","role":"operator","scopes":["star-"]}"#)
            let group = #"{"peers":[{"address":"10.0.0.1","port":1}]}"#
            #expect(try await admin.send(.put, "/v1/groups/star-g", group, token: "Bearer \(secret)").status == 201)
            #expect(try await admin.get("/v1/audit?kind=group.created").items("actor") == ["token:ci"])

            let list = try await admin.get("/v1/tokens")
            #expect(list.items("name") == ["admin", "ci"])
            #expect(list.items.first?["built_in"]?.flag == true)
            #expect(list.items.last?["last_used_at"]?.text != nil)
            #expect(!list.body.contains(secret))
            #expect(try await admin.get("/v1/tokens?limit=1").items("name") == ["admin"])
            #expect(!(try await admin.get("/v1/tokens/ci")).body.contains(secret))

            let revoked = try await admin.send(.delete, "/v1/tokens/ci", headers: [.changeMessage: "leaked"])
            #expect(revoked.status == 204)
            try await admin.send(.get, "/v1/whoami", token: "Bearer \(secret)").expectProblem(401, "unauthorized")
            #expect(try await admin.get("/v1/tokens/ci").json["state"]?.text == "revoked")
            try await admin.delete("/v1/tokens/ci").expectProblem(404, "not_found")

            let entries = try await admin.get("/v1/audit?kind=token.*").items
            #expect(entries.map { $0["kind"]?.text } == ["token.revoked", "token.created"])
            #expect(entries.map { $0["reason"]?.text } == ["leaked", "for the pipeline"])
            #expect(entries.last?["after"]?["name"]?.text == "ci")
            #expect(entries.first?["before"]?["role"]?.text == "operator")
            #expect(!"\(entries)".contains(secret.suffix(43)))
        }
    }

    @Test("a name is given once, whatever became of its token, and 'admin' never")
    func names() async throws {
        try await AdminFixture.run { admin in
            let body = #"{"name":"a","role":"viewer"}"#
            #expect(try await admin.post("/v1/tokens", body).status == 201)
            try await admin.post("/v1/tokens", body).expectProblem(409, "already_exists", ["/name already_exists"])
            #expect(try await admin.delete("/v1/tokens/a").status == 204)
            try await admin.post("/v1/tokens", body).expectProblem(409, "already_exists", ["/name already_exists"])
            try await admin.post("/v1/tokens", #"{"name":"admin","role":"viewer"}"#)
                .expectProblem(409, "already_exists", ["/name already_exists"])
            try await admin.delete("/v1/tokens/admin").expectProblem(409, "conflict")
            try await admin.delete("/v1/tokens/none").expectProblem(404, "not_found")
            try await admin.get("/v1/tokens/none").expectProblem(404, "not_found")
        }
    }

    @Test(
        "what can't be a token is refused by name",
        arguments: [
            ("{}", ["/name required", "/role required"]),
            (#"{"name":"A b","role":"viewer"}"#, ["/name invalid_value"]),
            (#"{"name":"a","role":"root"}"#, ["/role invalid_value"]),
            (#"{"name":"a","role":"operator","scopes":["A"]}"#, ["/scopes invalid_value"]),
            (#"{"name":"a","role":"viewer","scopes":["a"]}"#, ["/scopes invalid_value"]),
            (#"{"name":"a","role":"admin","scopes":["a"]}"#, ["/scopes invalid_value"]),
            (#"{"name":"a","role":"viewer","expires_in":"soon"}"#, ["/expires_in invalid_value"]),
            (#"{"name":"a","role":"viewer","expires_in":"0s"}"#, ["/expires_in invalid_value"]),
            (#"{"name":"a","role":"viewer","secret":"mine"}"#, ["/secret unknown_field"]),
        ])
    func refused(_ body: String, _ errors: [String]) async throws {
        try await AdminFixture.run { admin in
            try await admin.post("/v1/tokens", body).expectProblem(422, "invalid", errors)
            #expect(try await admin.get("/v1/tokens").items("name") == ["admin"])
        }
    }

    @Test("an expired token opens nothing and says so in the list")
    func expiry() async throws {
        try await AdminFixture.run { admin in
            let made = try await admin.post("/v1/tokens", #"{"name":"a","role":"viewer","expires_in":"1s"}"#)
            let token = try Self.bearer(made)
            #expect(made.json["expires_at"]?.text != nil)
            try await eventually("it has expired") {
                try await admin.send(.get, "/v1/whoami", token: token).status == 401
            }
            #expect(try await admin.get("/v1/tokens/a").json["state"]?.text == "expired")
        }
    }

    @Test("secrets that are nearly right open nothing")
    func nearly() async throws {
        try await AdminFixture.run { admin in
            let secret = try #require(
                try await admin.post("/v1/tokens", #"{"name":"a","role":"admin"}"#).json["secret"]?.text)
            let other = try #require(
                try await admin.post("/v1/tokens", #"{"name":"b","role":"admin"}"#).json["secret"]?.text)
            let mixed = secret.prefix(17) + other.suffix(43)
            for wrong in [String(secret.dropLast()), secret + "x", secret.uppercased(), String(mixed), "sbx_"] {
                try await admin.send(.get, "/v1/whoami", token: "Bearer \(wrong)").expectProblem(401, "unauthorized")
            }
        }
    }

    @Test("tokens outlive the process, with when they were used last")
    func restart() async throws {
        let folder = DataFolder()
        defer { folder.remove() }
        var secret = ""
        try await ServerFixture.run(in: folder.url) { server in
            secret = try await server.makeToken("ci", .viewer)
            #expect(try await server.send("GET", "/v1/whoami", token: secret).status == 200)
        }
        try await ServerFixture.run(in: folder.url) { server in
            let before = try await server.send("GET", "/v1/tokens/ci").json["last_used_at"]?.text
            #expect(before != nil)
            #expect(try await server.send("GET", "/v1/whoami", token: secret).json["name"]?.text == "ci")
        }
    }
}
