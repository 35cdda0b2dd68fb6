import HTTPTypes
import RoutingModel
import Testing

@testable import AdminAPI
@testable import ControlPlane

@Suite("A token with a scope writes what is in it, and nothing else")
struct ScopeTests {
    private func withToken(_ test: @Sendable (AdminFixture, String) async throws -> Void) async throws {
        try await AdminFixture.run { admin in
            let made = try await admin.post("/v1/tokens", #"{"name":"star","role":"operator","scopes":["star-"]}"#)
            let secret = try #require(made.json["secret"]?.text)
            try await admin.writeGroup("moon")
            try await admin.writeGroup("star-a")
            try await test(admin, "Bearer \(secret)")
        }
    }

    @Test("single rules")
    func rules() async throws {
        try await withToken { admin, token in
            let inside = try await admin.send(
                .put, "/v1/groups/star-b", AdminFixture.listed(port: 7), token: token)
            #expect(inside.status == 201)
            let before = try await admin.stored()
            try await admin.send(.put, "/v1/groups/moon", AdminFixture.listed(port: 7), token: token)
                .expectProblem(403, "forbidden", ["/groups/moon out_of_scope"])
            try await admin.send(.delete, "/v1/groups/moon", token: token)
                .expectProblem(403, "forbidden", ["/groups/moon out_of_scope"])
            try await admin.send(.put, "/v1/groups/moon?dry_run=true", AdminFixture.listed(port: 7), token: token)
                .expectProblem(403, "forbidden", ["/groups/moon out_of_scope"])
            #expect(try await admin.stored() == before)
            #expect(try await admin.send(.get, "/v1/groups/moon", token: token).status == 200)
        }
    }

    @Test("a document is refused whole when any of its changes is outside")
    func documents() async throws {
        try await withToken { admin, token in
            let before = try await admin.stored()
            let body =
                #"{"groups":{"star-c":{"peers":[]},"moon":null},"routes":{"x":{"split":[{"group":"star-a","weight":100}]}}}"#
            try await admin.send(.patch, "/v1/config", body, token: token)
                .expectProblem(403, "forbidden", ["/groups/moon out_of_scope", "/routes/x out_of_scope"])
            try await admin.send(.post, "/v1/revisions/0/rollback", token: token).expectProblem(403, "forbidden")
            #expect(try await admin.stored() == before)
        }
    }

    @Test("an override counts in every group of its peer, so all of them must be inside")
    func overrides() async throws {
        try await withToken { admin, token in
            let body = #"{"state":"drain","reason":"r"}"#
            // Both groups list the same address.
            try await admin.send(.put, "/v1/peers/static~127.0.0.1:3000/override", body, token: token)
                .expectProblem(403, "forbidden", ["/overrides/static~0127.0.0.1:3000 out_of_scope"])
            #expect(try await admin.put("/v1/groups/star-a", AdminFixture.listed(port: 9)).status == 200)
            let inside = try await admin.send(.put, "/v1/peers/static~127.0.0.1:9/override", body, token: token)
            #expect(inside.status == 201)
        }
    }
}
