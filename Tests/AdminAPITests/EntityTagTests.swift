import HTTPTypes
import RoutingModel
import Testing

@testable import AdminAPI
@testable import ControlPlane

@Suite("A write can be tied to what its author has seen")
struct EntityTagTests {
    private static func match(_ tag: String) -> HTTPFields { [.ifMatch: tag] }
    private static func noneMatch(_ tag: String) -> HTTPFields { [.ifNoneMatch: tag] }

    @Test("every rule is shown with a strong tag, and not again to whoever has it")
    func shown() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            for path in ["/v1/groups/star-stable", "/v1/routes/star"] {
                let tag = try #require(try await admin.get(path).headers[.eTag])
                #expect(tag.hasPrefix("\"") && tag.hasSuffix("\""))
                let again = try await admin.get(path, headers: Self.noneMatch("W/\(tag)"))
                #expect(again.status == 304)
                #expect(again.headers[.eTag] == tag)
                #expect(again.body.isEmpty)
                #expect(try await admin.get(path, headers: Self.noneMatch("\"x\", \"y\"")).status == 200)
            }
        }
    }

    @Test("a write with the right tag is made and gives the next one")
    func right() async throws {
        try await AdminFixture.run { admin in
            let made = try await admin.put("/v1/groups/g", AdminFixture.listed())
            let tag = try #require(made.headers[.eTag])
            let written = try await admin.send(
                .put, "/v1/groups/g", AdminFixture.listed(port: 4), headers: Self.match("\"0\", \(tag)"))
            #expect(written.status == 200)
            let next = try #require(written.headers[.eTag])
            #expect(next != tag)
            #expect(try await admin.get("/v1/groups/g").headers[.eTag] == next)
            #expect(try await admin.send(.delete, "/v1/groups/g", headers: Self.match(next)).status == 204)
        }
    }

    @Test(
        "a write with another one is refused with the current one, and nothing changes",
        arguments: [#""999""#, #"W/"1""#, #""999", "998""#])
    func wrong(tag: String) async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let before = try await admin.stored()
            for (path, body) in [
                ("/v1/groups/star-stable", AdminFixture.listed()), ("/v1/routes/star", AdminFixture.starRoute),
                ("/v1/routes/star/weights", #"{"star-stable":100}"#),
            ] {
                let answer = try await admin.send(.put, path, body, headers: Self.match(tag))
                answer.expectProblem(412, "precondition_failed", [])
                let object = path.replacing("/weights", with: "")
                #expect(answer.headers[.eTag] == (try await admin.get(object).headers[.eTag]))
            }
            try await admin.send(.delete, "/v1/routes/star", headers: Self.match(tag))
                .expectProblem(412, "precondition_failed", [])
            #expect(try await admin.stored() == before)
        }
    }

    @Test("If-None-Match: * creates only, If-Match: * replaces only")
    func star() async throws {
        try await AdminFixture.run { admin in
            let path = "/v1/groups/g"
            try await admin.send(.put, path, AdminFixture.listed(), headers: Self.match("*"))
                .expectProblem(412, "precondition_failed", [])
            #expect(
                try await admin.send(.put, path, AdminFixture.listed(), headers: Self.noneMatch("*")).status == 201)
            try await admin.send(.put, path, AdminFixture.listed(port: 9), headers: Self.noneMatch("*"))
                .expectProblem(412, "precondition_failed", [])
            #expect(
                try await admin.send(.put, path, AdminFixture.listed(port: 9), headers: Self.match("*")).status == 200)
            try await admin.send(.post, "/v1/groups", #"{"name":"g","peers":[]}"#, headers: Self.noneMatch("*"))
                .expectProblem(412, "precondition_failed", [])
            try await admin.send(.delete, "/v1/groups/none", headers: Self.match("*"))
                .expectProblem(412, "precondition_failed", [])
        }
    }

    @Test("a field that is no list of tags is refused", arguments: ["abc", "\"a", "\"a\" \"b\"", ","])
    func malformed(field: String) async throws {
        try await AdminFixture.run { admin in
            try await admin.send(.put, "/v1/groups/g", AdminFixture.listed(), headers: Self.match(field))
                .expectProblem(400, "invalid_query", ["/If-Match invalid_value"])
        }
    }

    @Test("of fifty writers with the same tag exactly one wins")
    func race() async throws {
        try await AdminFixture.run { admin in
            let tag = try #require(try await admin.put("/v1/groups/g", AdminFixture.listed()).headers[.eTag])
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for port in 1...50 {
                    group.addTask {
                        try await admin.send(
                            .put, "/v1/groups/g", AdminFixture.listed(port: 5_000 + port), headers: Self.match(tag)
                        ).status
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
            #expect(statuses.filter { $0 == 412 }.count == 49)
            #expect(await admin.controlPlane.currentRules.revision == 2)
        }
    }

    @Test("a write that changes nothing makes no revision, whoever repeats it")
    func replay() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let before = try await admin.stored()
            for _ in 0..<3 {
                let answer = try await admin.put("/v1/routes/star", AdminFixture.starRoute)
                #expect(answer.status == 200)
                #expect(answer.headers[.eTag] == (try await admin.get("/v1/routes/star").headers[.eTag]))
            }
            #expect(try await admin.stored() == before)
        }
    }
}
