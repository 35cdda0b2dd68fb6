import HTTPTypes
import HummingbirdTesting
import RoutingModel
import Testing

@testable import AdminAPI

@Suite("A request of the wrong shape gets the status that says what is wrong")
struct RequestShapeTests {
    @Test("a method that a path doesn't take: 405 with what it takes", arguments: Endpoint.all)
    func wrongMethod(_ endpoint: Endpoint) async throws {
        let path = endpoint.path.replacing("{name}", with: "x").replacing("{id}", with: "x")
        let taken = Endpoint.methods(for: path)
        try await AdminFixture.run { admin in
            for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch, .options]
            where !taken.contains(method.rawValue) {
                let answer = try await admin.send(method, path, "{}")
                answer.expectProblem(405, "method_not_allowed", [])
                #expect(answer.headers[.allow] == taken.joined(separator: ", "))
            }
        }
    }

    @Test(
        "a path that isn't there: 404",
        arguments: [
            "/", "/v1", "/v1/", "/v2/groups", "/v1/nope", "/v1/groups/a/b", "/v1/routes/a/weights/b", "/healthz/x",
            "/V1/groups", "/v1/Groups", "/v1/workers/x", "/v1/%67roups",
        ]
    )
    func unknownPath(_ path: String) async throws {
        try await AdminFixture.run { admin in
            for method in [HTTPRequest.Method.get, .post, .put, .delete] {
                try await admin.send(method, path, "{}").expectProblem(404, "not_found", [])
            }
        }
    }

    @Test(
        "a body that doesn't say that it is JSON: 415",
        arguments: [
            nil, "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "json", "", "text/json",
        ]
    )
    func wrongContentType(_ type: String?) async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let before = try await admin.stored()
            for (method, path) in Self.writes {
                try await admin.send(method, path, "{}", type: type)
                    .expectProblem(415, "unsupported_media_type", [])
            }
            #expect(try await admin.stored() == before)
        }
    }

    @Test(
        "any way of saying JSON will do",
        arguments: [
            "application/json", "Application/JSON", "application/json; charset=utf-8", "application/merge-patch+json",
        ]
    )
    func goodContentType(_ type: String) async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send(.put, "/v1/groups/g", AdminFixture.listed(), type: type)
            #expect(answer.status == 201)
        }
    }

    @Test("a body over 1 MiB: 413, and one of 1 MiB is read")
    func tooLarge() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let before = try await admin.stored()
            let body = #"{"peers":[]}"#
            let full = body + String(repeating: " ", count: (1 << 20) - body.utf8.count)
            for (method, path) in Self.writes {
                try await admin.send(method, path, full + " ").expectProblem(413, "body_too_large", [])
            }
            #expect(try await admin.stored() == before)
            #expect(try await admin.put("/v1/groups/g", full).status == 201)
        }
    }

    @Test("a chunked body over 1 MiB: 413 as well")
    func tooLargeChunked() async throws {
        try await AdminFixture.run(.live) { admin in
            let port = try #require(admin.client.port)
            let head = """
                PUT /v1/groups/g HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(AdminFixture.secret)\r
                Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n
                """
            let chunk = "10000\r\n" + String(repeating: " ", count: 65_536) + "\r\n"
            let answer = try await RawHTTP.exchange(
                port: port,
                head + String(repeating: chunk, count: 17) + "2\r\n{}\r\n0\r\n\r\n"
            )
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains(#""code":"body_too_large""#))
            #expect(try await admin.get("/v1/groups").items.isEmpty)
        }
    }

    @Test("a query parameter that the path doesn't know: 400, not silence", arguments: Endpoint.all)
    func unknownParameter(_ endpoint: Endpoint) async throws {
        guard endpoint.path.hasPrefix("/v1/") else { return }
        let path = endpoint.path.replacing("{name}", with: "star").replacing("{id}", with: "w")
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let before = try await admin.stored()
            try await admin.send(
                endpoint.method,
                "\(path)?nope=1",
                endpoint.method == .get ? nil : AdminFixture.listed()
            )
            .expectProblem(400, "invalid_query", ["/nope unknown_parameter"])
            #expect(try await admin.stored() == before)
        }
    }

    @Test("a bare question mark and a stray ampersand are no parameters")
    func emptyParameters() async throws {
        try await AdminFixture.run { admin in
            for path in ["/v1/groups?", "/v1/groups?&", "/v1/groups?limit=1&", "/v1/routing?"] {
                let answer = try await admin.get(path)
                #expect(answer.status == 200, "\(path)")
            }
        }
    }

    static let writes: [(HTTPRequest.Method, String)] = [
        (.post, "/v1/groups"), (.put, "/v1/groups/g"), (.post, "/v1/routes"), (.put, "/v1/routes/r"),
        (.put, "/v1/routes/star/weights"), (.post, "/v1/explain"), (.post, "/v1/workers/w/nack"),
    ]
}
