import HTTPTypes
import RoutingModel
import Testing

@Suite("A body that isn't JSON, or is JSON at its worst, is the sender's mistake")
struct MalformedBodyTests {
    private static let paths: [String] = ["/v1/groups/g", "/v1/routes/star", "/v1/routes/star/weights"]

    @Test(
        "what is not JSON is refused with 400",
        arguments: [
            "", " ", "{", "}", "nope", "{'peers':[]}", #"{"peers":[],}"#, #"{"peers":[]}}"#, #"{"peers":[]} x"#,
            #"{"peers":[],"x":01}"#, #"{"peers":[],"x":+1}"#, #"{"peers":[],"x":.5}"#, #"{"peers":[],"x":NaN}"#,
            "{\"peers\":[],\"x\":\"a\u{0}b\"}", "{\"peers\":[],\"x\":\"a\nb\"}", "{\"peers\":[]}\u{0}",
            "\u{FEFF}{\"peers\":[]}", #"{"peers":[],"x":"\ud800"}"#, #"{"peers":[],"x":"\udc00\ud800"}"#,
            #"{"peers":[],"\ud800":1}"#, #"{"peers":[],"x":"\q"}"#, #"{"peers":[],"x":"\u12"}"#,
            #"{"peers":[],"description":"\ud800"}"#, #"{"name":"\ud800","peers":[]}"#,
        ]
    )
    func notJSON(_ body: String) async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let before = try await admin.stored()
            for path in Self.paths { try await admin.put(path, body).expectProblem(400, "malformed_json", []) }
            for path in ["/v1/groups", "/v1/routes", "/v1/explain", "/v1/workers/w/nack"] {
                try await admin.post(path, body).expectProblem(400, "malformed_json", [])
            }
            #expect(try await admin.stored() == before)
        }
    }

    private static let brokenTexts: [[UInt8]] = {
        func description(_ bytes: [UInt8]) -> [UInt8] {
            Array(#"{"peers":[],"description":""#.utf8) + bytes + Array(#""}"#.utf8)
        }
        let text = Array(#"{"peers":[]}"#.utf8)
        return [
            description([0xFF, 0xFE]), description([0xC0, 0x80]), description([0xED, 0xA0, 0x80]),
            // UTF-16, with and without a byte order mark: RFC 8259 section 8.1 has UTF-8 only.
            [0xFF, 0xFE] + text.flatMap { [$0, 0] }, text.flatMap { [$0, 0] }, text.flatMap { [0, $0] },
        ]
    }()

    @Test("text that is not UTF-8 is refused with 400", arguments: brokenTexts)
    func notUTF8(_ body: [UInt8]) async throws {
        try await AdminFixture.run { admin in
            let before = try await admin.stored()
            try await admin.send(.put, "/v1/groups/g", bytes: body).expectProblem(400, "malformed_json", [])
            #expect(try await admin.stored() == before)
        }
    }

    @Test("a document nested without end is refused, wherever the nesting is")
    func deepNesting() async throws {
        try await AdminFixture.run { admin in
            let before = try await admin.stored()
            for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
                for depth in [600, 100_000] {
                    let nest = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
                    for body in [
                        nest, #"{"peers":[],"x":\#(nest)}"#, #"{"peers":\#(nest)}"#, #"{"updated_at":\#(nest)}"#,
                    ] {
                        try await admin.put("/v1/groups/g", body).expectProblem(400, "malformed_json", [])
                    }
                }
                let unclosed = String(repeating: open, count: 200_000)
                try await admin.put("/v1/groups/g", unclosed).expectProblem(400, "malformed_json", [])
            }
            #expect(try await admin.stored() == before)
        }
    }

    @Test("a member that is there twice is refused by name: one of the two would go unheard")
    func duplicateMembers() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let before = try await admin.stored()
            try await admin.put("/v1/groups/g", #"{"peers":[],"peers":[]}"#)
                .expectProblem(422, "invalid", ["/peers duplicate"])
            try await admin.put("/v1/groups/g", #"{"consul":{"service":"a","service":"a"}}"#)
                .expectProblem(422, "invalid", ["/consul/service duplicate"])
            try await admin.put("/v1/groups/g", #"{"peers":[{"address":"1.1.1.1","port":1,"p\u006frt":2}]}"#)
                .expectProblem(422, "invalid", ["/peers/0/port duplicate"])
            try await admin.put("/v1/groups/g", #"{"consul":{"service":"a","meta":{"x":["1"],"x":["2"]}}}"#)
                .expectProblem(422, "invalid", ["/consul/meta/x duplicate"])
            try await admin.put("/v1/routes/star/weights", #"{"star-canary":5,"star-canary":5,"star-stable":95}"#)
                .expectProblem(422, "invalid", ["/star-canary duplicate"])
            try await admin.post("/v1/groups", #"{"name":"a","name":"b","peers":[]}"#)
                .expectProblem(422, "invalid", ["/name duplicate"])
            #expect(try await admin.stored() == before)
        }
    }

    @Test("numbers that nothing can hold are refused where they stand")
    func hugeNumbers() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let before = try await admin.stored()
            for number in ["1e400", "-1e400", "1" + String(repeating: "0", count: 400), "99999999999999999999"] {
                for body in [
                    #"{"peers":[{"address":"1.1.1.1","port":\#(number)}]}"#, #"{"peers":[],"x":\#(number)}"#,
                    #"{"peers":[],"x":[{"y":\#(number)}]}"#, #"{"peers":[],"description":\#(number)}"#, number,
                ] {
                    let answer = try await admin.put("/v1/groups/g", body)
                    #expect([400, 422].contains(answer.status), "\(body.prefix(80)) \(answer.body)")
                }
                for body in [#"{"split":[{"group":"star-stable","weight":\#(number)}]}"#, #"{"priority":\#(number)}"#] {
                    let answer = try await admin.put("/v1/routes/star", body)
                    #expect([400, 422].contains(answer.status), "\(body.prefix(80)) \(answer.body)")
                }
                let weights = try await admin.put("/v1/routes/star/weights", #"{"star-stable":\#(number)}"#)
                #expect([400, 422].contains(weights.status), "\(weights.body)")
                let nack = try await admin.post("/v1/workers/w/nack", #"{"index":\#(number),"error":"x"}"#)
                #expect([400, 422].contains(nack.status), "\(nack.body)")
            }
            #expect(try await admin.stored() == before)
        }
    }

    @Test("what Signalbox adds to a rule is passed over when it comes back, whatever it holds")
    func addedFields() async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.put(
                "/v1/groups/g",
                #"{"peers":[],"revision":"x","updated_at":[1,{"a":null}]}"#
            )
            #expect(answer.status == 201)
        }
    }
}
