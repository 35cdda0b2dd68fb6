import NIOCore
import RoutingModel
import Testing

@testable import AdminAPI

@Suite("Pages of rules are kept until the rules change")
struct RulePagesTests {
    @Test("A list shows every change at once, whatever was asked before")
    func changesAreShown() async throws {
        try await AdminFixture.run { admin in
            for name in ["a", "b", "c"] {
                #expect(try await admin.put("/v1/groups/\(name)", #"{"peers":[]}"#).status == 201)
            }
            for _ in 0..<2 {
                #expect(try await admin.get("/v1/groups").items("name") == ["a", "b", "c"])
                let page = try await admin.get("/v1/groups?limit=2")
                #expect(page.items("name") == ["a", "b"])
                let next = try #require(page.next)
                #expect(try await admin.get("/v1/groups?limit=2&cursor=\(next)").items("name") == ["c"])
                #expect(try await admin.get("/v1/routes").items("name") == [])
            }
            #expect(try await admin.delete("/v1/groups/b").status == 204)
            #expect(try await admin.get("/v1/groups").items("name") == ["a", "c"])
            #expect(try await admin.put("/v1/groups/c", #"{"peers":[],"description":"new"}"#).status == 200)
            #expect(try await admin.get("/v1/groups").items.last?["description"]?.text == "new")
        }
    }

    @Test("What is older than what is known is neither kept nor given")
    func olderIsForgotten() {
        let pages = RulePages()
        pages.keep(ByteBuffer(string: "two"), for: "q", revision: 2)
        pages.keep(ByteBuffer(string: "one"), for: "q", revision: 1)
        #expect(pages.body("q", revision: 2) == ByteBuffer(string: "two"))
        #expect(pages.body("q", revision: 1) == nil)
        #expect(pages.body("q", revision: 3) == nil)
        pages.keep(ByteBuffer(string: "three"), for: "other", revision: 3)
        #expect(pages.body("q", revision: 2) == nil)
    }
}
