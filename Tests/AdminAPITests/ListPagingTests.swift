import RoutingModel
import Testing

@Suite("Lists come in pages")
struct ListPagingTests {
    @Test("every rule comes once, in the order of names, however small the pages")
    func walksAllPages() async throws {
        try await AdminFixture.run { admin in
            let names = (1...7).map { "g\($0)" }
            for name in names.shuffled() { try await admin.writeGroup(name) }
            var seen: [String] = []
            var pages = 0
            var path = "/v1/groups?limit=3"
            while true {
                let page = try await admin.get(path)
                #expect(page.status == 200)
                #expect(page.items.count <= 3)
                seen += page.items("name")
                pages += 1
                guard let next = page.next else { break }
                path = "/v1/groups?limit=3&cursor=\(next)"
            }
            #expect(seen == names)
            #expect(pages == 3)
        }
    }

    @Test("a page that ends with the last rule has no next")
    func exactEnd() async throws {
        try await AdminFixture.run { admin in
            for name in ["a", "b"] { try await admin.writeGroup(name) }
            #expect(try await admin.get("/v1/groups?limit=2").next == nil)
            #expect(try await admin.get("/v1/groups").json["next"] == nil)
            #expect(try await admin.get("/v1/routes").items.isEmpty)
        }
    }

    @Test("rules that come and go between pages neither repeat nor hide others")
    func changesBetweenPages() async throws {
        try await AdminFixture.run { admin in
            for name in ["b", "d", "f"] { try await admin.writeGroup(name) }
            let first = try await admin.get("/v1/groups?limit=2")
            #expect(first.items("name") == ["b", "d"])
            #expect(try await admin.delete("/v1/groups/d").status == 204)
            try await admin.writeGroup("a")
            try await admin.writeGroup("e")
            let next = try #require(first.next)
            #expect(try await admin.get("/v1/groups?limit=2&cursor=\(next)").items("name") == ["e", "f"])
        }
    }

    @Test("names beyond ASCII and blanks in a key survive the cursor")
    func anyKey() async throws {
        try await AdminFixture.run { admin in
            for (group, service) in [("a", "é? +"), ("b", "ü~&=#"), ("c", "z")] {
                let body = #"{"consul":{"service":"\#(service)"}}"#
                #expect(try await admin.put("/v1/groups/\(group)", body).status == 201)
            }
            var seen: [String] = []
            var path = "/v1/services?limit=1"
            while true {
                let page = try await admin.get(path)
                seen += page.items("name")
                guard let next = page.next else { break }
                path = "/v1/services?limit=1&cursor=\(next)"
            }
            #expect(seen == ["é? +", "ü~&=#", "z"].sorted())
        }
    }

    @Test(
        "limits and cursors that can't be are refused",
        arguments: ["/v1/groups", "/v1/routes", "/v1/services", "/v1/peers", "/v1/workers", "/v1/audit"]
    )
    func refusesBadPaging(_ path: String) async throws {
        try await AdminFixture.run { admin in
            for limit in ["0", "-1", "1001", "x", "", "1.5", "+5", "99999999999999999999", "%31%00"] {
                try await admin.get("\(path)?limit=\(limit)").expectProblem(
                    400,
                    "invalid_query",
                    ["/limit invalid_value"]
                )
            }
            for cursor in ["!", "a", "_w"] {
                try await admin.get("\(path)?cursor=\(cursor)").expectProblem(
                    400,
                    "invalid_query",
                    ["/cursor invalid_value"]
                )
            }
            try await admin.get("\(path)?limit=1&limit=2").expectProblem(400, "invalid_query", ["/limit duplicate"])
            try await admin.get("\(path)?limit=x&order=up").expectProblem(
                400,
                "invalid_query",
                ["/limit invalid_value", "/order unknown_parameter"]
            )
            #expect(try await admin.get("\(path)?limit=1000").status == 200)
            #expect(try await admin.get("\(path)?").status == 200)
        }
    }
}
