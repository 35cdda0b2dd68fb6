import HTTPTypes
import HummingbirdTesting
import RoutingModel
import Testing

@testable import AdminAPI

@Suite("Nothing under /v1 is answered without the token")
struct TokenTests {
    static let wrong: [String?] = [
        nil, "", "Bearer", "Bearer ", "Bearer nope", "Bearer \(AdminFixture.secret)x",
        "Bearer \(AdminFixture.secret.dropLast())", "Bearer \(AdminFixture.secret.uppercased())",
        "Basic \(AdminFixture.secret)", AdminFixture.secret, "Bearer: \(AdminFixture.secret)",
        "Bearer\t\(AdminFixture.secret)", "Bearer \"\(AdminFixture.secret)\"",
        "Bearer \(AdminFixture.secret), Bearer \(AdminFixture.secret)", "Bearer nope \(AdminFixture.secret)",
    ]

    @Test("every endpoint asks for it", arguments: Endpoint.all.filter { $0.path.hasPrefix("/v1") })
    func everyEndpoint(_ endpoint: Endpoint) async throws {
        let path = endpoint.path.replacing("{name}", with: "star").replacing("{id}", with: "w")
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let before = try await admin.stored()
            for token in Self.wrong {
                let answer = try await admin.send(endpoint.method, path, "{}", token: token)
                answer.expectProblem(401, "unauthorized", [])
                #expect(answer.headers[.wwwAuthenticate] == #"Bearer realm="signalbox""#)
            }
            if endpoint.method == .get {
                #expect(try await admin.send(.head, path, token: nil).status == 401)
            }
            #expect(try await admin.stored() == before)
        }
    }

    @Test(
        "without it nobody learns which paths there are",
        arguments: [
            "/v1", "/v1/", "/v1/nope", "/v1/groups/a/b", "/v1/workers/x", "//v1/nope", "/v1?x=1", "/v1/healthz",
        ]
    )
    func unknownPaths(_ path: String) async throws {
        try await AdminFixture.run { admin in
            for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch, .options] {
                let answer = try await admin.send(method, path, token: nil)
                answer.expectProblem(401, "unauthorized", [])
                #expect(answer.headers[.allow] == nil)
            }
            for method in [HTTPRequest.Method.patch, .options] {
                try await admin.send(method, "/v1/groups", token: nil).expectProblem(401, "unauthorized", [])
            }
        }
    }

    @Test(
        "no way of writing a path leads around it",
        arguments: [
            "//v1/groups", "/v1//groups", "/v1/groups/", "///v1///groups///", "/v1/../v1/groups",
            "/healthz/../v1/groups",
            "/./v1/groups", "/v1/./groups", "/%76%31/groups", "/v1/%67roups", "/%2Fv1/groups", "/v1%2Fgroups",
            "/%2e%2e/v1/groups", "/V1/groups", "/v1;x=1/groups", "/v1/groups;x=1", "/v1/groups#x", "/v1/groups%00",
            "\\v1\\groups", "/\\v1/groups", "v1/groups", "http://localhost/v1/groups", "http://localhost//v1/groups",
            "http://v1/groups", "//localhost/v1/groups", "*", "/healthz?/v1/groups",
            "/v1/groups?token=\(AdminFixture.secret)",
            "/v1/groups?access_token=\(AdminFixture.secret)",
        ]
    )
    func noWayAround(_ path: String) async throws {
        try await AdminFixture.run(.live) { admin in
            try await admin.writeGroup("a-name-to-look-for")
            let before = try await admin.stored()
            let port = try #require(admin.client.port)
            for method in ["GET", "POST", "DELETE", "HEAD"] {
                let answer = try await RawHTTP.exchange(
                    port: port,
                    "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                )
                // "/healthz?…" is no path of the API: whatever it shows is for everybody.
                let isOpen = path.hasPrefix("/healthz?") && ["GET", "HEAD"].contains(method)
                let status = answer.split(separator: " ").dropFirst().first.map(String.init) ?? "none"
                #expect(
                    (isOpen ? ["200"] : ["400", "401", "404", "405"]).contains(status),
                    "\(method) \(path): \(answer)"
                )
                #expect(!answer.contains("a-name-to-look-for"))
            }
            #expect(try await admin.stored() == before)
        }
    }

    @Test("headers that a proxy may set don't stand in for it")
    func noOtherHeader() async throws {
        try await AdminFixture.run { admin in
            for name in [
                "Proxy-Authorization", "X-Authorization", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override",
                "Cookie",
            ] {
                let field = try #require(HTTPField.Name(name))
                let answer = try await admin.send(
                    .get,
                    "/v1/groups",
                    token: nil,
                    headers: [field: "Bearer \(AdminFixture.secret)"]
                )
                answer.expectProblem(401, "unauthorized", [])
            }
        }
    }

    @Test("the scheme's case and more blanks around the token make no difference")
    func variants() async throws {
        try await AdminFixture.run { admin in
            for token in [
                "bearer \(AdminFixture.secret)", "BEARER \(AdminFixture.secret)", "Bearer   \(AdminFixture.secret) ",
            ] {
                let answer = try await admin.send(.get, "/v1/groups", token: token)
                #expect(answer.status == 200)
            }
        }
    }

    @Test("what operations need is open", arguments: Endpoint.all.filter { !$0.path.hasPrefix("/v1") })
    func openPaths(_ endpoint: Endpoint) async throws {
        try await AdminFixture.run { admin in
            for token in [nil, "Bearer nope"] {
                let answer = try await admin.send(endpoint.method, endpoint.path, token: token)
                #expect(answer.status == 200)
            }
        }
    }
}
