import RoutingModel
import Testing

@Suite("A megabyte of mischief is refused like any other mistake")
struct HostileBodyTests {
    private static func list(_ count: Int, _ item: (Int) -> String) -> String {
        "[\((0..<count).map(item).joined(separator: ","))]"
    }

    private static let groups: [String] = [
        "{" + (0..<20_000).map { #""f\#($0)":0"# }.joined(separator: ",") + #","peers":[]}"#,
        "{" + (0..<20_000).map { _ in #""peers":[]"# }.joined(separator: ",") + "}",
        #"{"peers":\#(list(8_000) { _ in #"{"address":"-","port":0}"# })}"#,
        #"{"peers":\#(list(100_000) { _ in "{}" })}"#,
        #"{"peers":[],"x":\#(list(200_000) { _ in "1" })}"#,
        #"{"consul":{"service":"s","tags":\#(list(20_000) { #""t\#($0)""# }),"#
            + #""exclude_tags":\#(list(20_000) { #""t\#($0)""# })}}"#,
        #"{"consul":{"service":"s","meta":{"k":\#(list(40_000) { _ in #""v""# })}}}"#,
    ]

    private static let routes: [String] = [
        #"{"split":\#(list(8_000) { _ in #"{"group":"g","weight":0}"# })}"#,
        #"{"split":\#(list(8_000) { _ in #"{"group":"g","weight":1.001}"# })}"#,
        #"{"match":{"methods":\#(list(40_000) { "\"M\($0)\"" })},"split":[{"group":"g","weight":100}]}"#,
        #"{"match":{"hosts":\#(list(20_000) { "\"h\($0).a\"" })},"split":[{"group":"g","weight":100}]}"#,
        #"{"match":{"headers":\#(list(4_000) { #"{"name":"x","regex":"(a|b)*\#($0)(?=c)"}"# })},"#
            + #""split":[{"group":"g","weight":100}]}"#,
        #"{"force":\#(list(2_000) { #"{"header":{"name":"x","regex":"[a-z]{1,9}\#($0)"},"group":"g"}"# }),"#
            + #""split":[{"group":"g","weight":100}]}"#,
    ]

    @Test("lists and members without end: 422, with as many errors as a person might read", arguments: [0, 1])
    func endless(_ kind: Int) async throws {
        try await AdminFixture.run { admin in
            try await admin.writeGroup("g")
            let before = try await admin.stored()
            for body in kind == 0 ? Self.groups : Self.routes {
                #expect(body.utf8.count <= 1 << 20)
                let answer = try await admin.put(kind == 0 ? "/v1/groups/x" : "/v1/routes/x", body)
                answer.expectProblem(422, "invalid")
                #expect((1...100).contains(answer.errors.count), "\(body.prefix(60)) \(answer.errors.count)")
            }
            #expect(try await admin.stored() == before)
        }
    }

    @Test("a group of as many listed peers as there may be is taken")
    func largest() async throws {
        try await AdminFixture.run { admin in
            let peers = Self.list(10_000) { #"{"address":"10.0.\#($0 / 250).\#($0 % 250)","port":80}"# }
            let answer = try await admin.put("/v1/groups/x", #"{"peers":\#(peers)}"#)
            #expect(answer.status == 201)
            let page = try await admin.get("/v1/peers?limit=1000")
            #expect(page.items.count == 1_000)
        }
    }
}
