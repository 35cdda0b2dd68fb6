import HTTPTypes
import RoutingModel
import Testing

@testable import AdminAPI

@Suite("A token does what its role may do, and nothing else")
struct RoleTests {
    /// Who may use what, from the contract: all GETs but tokens (and backups) for viewers, changes of the rules for
    /// operators, four paths for workers.
    private static func mayUse(_ role: AccessRole, _ endpoint: Endpoint) -> Bool {
        let path = endpoint.path
        if path == "/v1/whoami" { return true }
        if path == "/v1/routing" || path == "/v1/routing/stream" { return true }
        if path == "/v1/workers/{id}/nack" || path == "/v1/workers/{id}/report" { return role != .viewer }
        switch role {
        case .admin: return true
        case .worker: return false
        case .viewer, .operator:
            if path.hasPrefix("/v1/tokens") || path == "/v1/backup" { return false }
            return role == .operator || endpoint.method == .get || path == "/v1/explain"
        }
    }

    @Test("every endpoint says who may use it; those under /v1 and no others ask for a token")
    func declared() {
        for endpoint in Endpoint.all {
            #expect(endpoint.access != nil, "\(endpoint.method) \(endpoint.path)")
            #expect((endpoint.access == .open) == !endpoint.path.hasPrefix("/v1/"), "\(endpoint.path)")
        }
    }

    @Test("every endpoint with every role", arguments: AccessRole.allCases)
    func everything(_ role: AccessRole) async throws {
        try await AdminFixture.run { admin in
            let made = try await admin.post("/v1/tokens", #"{"name":"t","role":"\#(role.rawValue)"}"#)
            let token = "Bearer \(try #require(made.json["secret"]?.text))"
            for endpoint in Endpoint.all where endpoint.path.hasPrefix("/v1/") {
                let isAllowed = Self.mayUse(role, endpoint)
                #expect(endpoint.access?.admits(role) == isAllowed, "\(role) \(endpoint.method) \(endpoint.path)")
                // A stream has no end.
                guard !endpoint.path.hasSuffix("/stream") else { continue }
                let path = endpoint.path.replacing("{name}", with: "none").replacing("{id}", with: "none")
                let body = endpoint.method == .get || endpoint.method == .delete ? nil : "{}"
                let answer = try await admin.send(endpoint.method, path, body, token: token)
                #expect((answer.status == 403) == !isAllowed, "\(role) \(endpoint.method) \(path): \(answer.body)")
                if !isAllowed { answer.expectProblem(403, "forbidden", []) }
            }
            #expect(try await admin.send(.get, "/v1/nothing", token: token).status == 404)
            if role != .worker { #expect(try await admin.send(.head, "/v1/groups", token: token).status == 200) }
        }
    }

    @Test("who is refused learns which role it takes")
    func words() async throws {
        try await AdminFixture.run { admin in
            let made = try await admin.post("/v1/tokens", #"{"name":"t","role":"viewer"}"#)
            let token = "Bearer \(try #require(made.json["secret"]?.text))"
            let answer = try await admin.send(.put, "/v1/groups/g", "{}", token: token)
            #expect(
                answer.json["detail"]?.text
                    == "This needs the role 'operator'; the token 't' has the role 'viewer'.")
        }
    }

    @Test("scopes are beginnings of names; none is everything")
    func scopes() {
        #expect(TokenScopes.all.allows("anything"))
        let scopes = TokenScopes(["star-", "moon"])
        #expect(scopes.allows("star-canary"))
        #expect(scopes.allows("moon"))
        #expect(scopes.allows("moonlight"))
        #expect(!scopes.allows("star"))
        #expect(!scopes.allows("a-star-"))
    }
}
