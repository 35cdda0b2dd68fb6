import HTTPTypes
import RoutingModel
import Testing

@testable import AdminAPI

@Suite("A dry run tells what a write would do, and does nothing")
struct DryRunTests {
    private static func changes(_ answer: Answer) -> [String] {
        (answer.json["changes"]?.items ?? []).map {
            "\($0["action"]?.text ?? "") \($0["kind"]?.text ?? "") \($0["name"]?.text ?? "")"
        }
    }

    @Test("on every kind of write")
    func everyWrite() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            #expect(
                try await admin.put("/v1/peers/n1~s1/override", #"{"weight":0,"reason":"r"}"#).status == 201)
            let before = try await admin.stored()
            let group = AdminFixture.listed()
            let writes: [(HTTPRequest.Method, String, String?, [String])] = [
                (.post, "/v1/groups", #"{"name":"g","peers":[]}"#, ["created group g"]),
                (.put, "/v1/groups/star-stable", group, ["updated group star-stable"]),
                (.put, "/v1/routes/r", #"{"split":[{"group":"star-stable","weight":100}]}"#, ["created route r"]),
                (.put, "/v1/routes/star/weights", #"{"star-canary":100}"#, ["updated route star"]),
                (.delete, "/v1/routes/star", nil, ["deleted route star"]),
                (.put, "/v1/peers/n1~s2/override", #"{"weight":0,"reason":"r"}"#, ["created override n1~s2"]),
                (.delete, "/v1/peers/n1~s1/override", nil, ["deleted override n1~s1"]),
                (
                    .put, "/v1/config", #"{"overrides":{}}"#,
                    [
                        "deleted route star", "deleted group star-canary", "deleted group star-stable",
                        "deleted override n1~s1",
                    ]
                ),
                (.patch, "/v1/config", #"{"routes":{"star":null}}"#, ["deleted route star"]),
                (.post, "/v1/revisions/2/rollback", nil, ["deleted route star", "deleted override n1~s1"]),
                (.put, "/v1/routes/star", AdminFixture.starRoute, []),
            ]
            for (method, path, body, changes) in writes {
                let answer = try await admin.send(method, path + "?dry_run=true", body)
                #expect(answer.status == 200, "\(path): \(answer.body)")
                #expect(answer.json["dry_run"] == true)
                #expect(answer.json["base_revision"] == 4)
                #expect(Self.changes(answer) == changes)
            }
            #expect(try await admin.stored() == before)
        }
    }

    @Test("what would be refused is refused the same way")
    func refused() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.send(.delete, "/v1/groups/star-stable?dry_run=true").expectProblem(409, "in_use")
            try await admin.send(.put, "/v1/routes/x?dry_run=true", #"{"split":[]}"#).expectProblem(422, "invalid")
            try await admin.send(.put, "/v1/config?dry_run=true", "{}", headers: [.ifMatch: "\"1\""])
                .expectProblem(412, "precondition_failed")
            try await admin.send(.put, "/v1/config?dry_run=maybe", "{}").expectProblem(400, "invalid_query")
        }
    }
}
