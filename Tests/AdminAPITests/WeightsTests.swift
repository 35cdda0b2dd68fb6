import RoutingModel
import Testing

@Suite("A canary's weights are one request to change")
struct WeightsTests {
    @Test("weights take their places in the split's order, and the rest of the route stays as written")
    func setsWeights() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let answer = try await admin.put("/v1/routes/star/weights", #"{"star-stable":66.67,"star-canary":33.33}"#)
            #expect(answer.status == 200)
            #expect(
                answer.json["split"] == [
                    ["group": "star-canary", "weight": .number(33.33)],
                    ["group": "star-stable", "weight": .number(66.67)],
                ]
            )
            #expect(answer.json["sticky"] == ["header": "x-user"])
            #expect(answer.json["match"]?["hosts"] == ["star.test"])
            #expect(answer.json["revision"] == 4)
            try await admin.settled()
            let routing = try await admin.get("/v1/routing")
            #expect(
                routing.json["routes"]?["star"]?["split"] == [
                    ["group": "star-canary", "buckets": 3333], ["group": "star-stable", "buckets": 6667],
                ]
            )
        }
    }

    @Test("a group that is left out gets nothing, and keeps its place")
    func leftOut() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let answer = try await admin.put("/v1/routes/star/weights", #"{"star-stable":100}"#)
            #expect(
                answer.json["split"] == [
                    ["group": "star-canary", "weight": 0], ["group": "star-stable", "weight": 100],
                ]
            )
        }
    }

    @Test("the weights that are in force already make no revision")
    func unchanged() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let before = try await admin.stored()
            let answer = try await admin.put("/v1/routes/star/weights", #"{"star-stable":95.00,"star-canary":5}"#)
            #expect(answer.status == 200)
            #expect(answer.json["revision"] == 3)
            #expect(try await admin.stored() == before)
        }
    }

    @Test(
        "weights that can't be are refused by name",
        arguments: [
            (
                #"{"star-canary":5.001,"star-stable":94.999}"#,
                ["/star-canary invalid_value", "/star-stable invalid_value"]
            ),
            (#"{"star-canary":5,"star-stable":94.99}"#, [" weights_sum"]),
            (#"{"star-canary":60,"star-stable":60}"#, [" weights_sum"]),
            ("{}", [" weights_sum"]),
            (#"{"star-canary":"5","star-stable":95}"#, ["/star-canary wrong_type"]),
            (#"{"star-canary":-5,"star-stable":105}"#, ["/star-canary invalid_value", "/star-stable invalid_value"]),
            (#"{"star-canary":5,"star-stable":90,"nope":5}"#, ["/nope unknown_group"]),
            (#"{"star-canary":5,"star-stable":90,"other":5}"#, ["/other not_in_split"]),
            (#"[5,95]"#, [" wrong_type"]),
            (#"{"star-canary":null,"star-stable":100}"#, ["/star-canary wrong_type"]),
        ]
    )
    func refused(_ body: String, _ errors: [String]) async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.writeGroup("other")
            let before = try await admin.stored()
            try await admin.put("/v1/routes/star/weights", body).expectProblem(422, "invalid", errors)
            #expect(try await admin.stored() == before)
        }
    }

    @Test("a route that isn't there has no weights")
    func unknownRoute() async throws {
        try await AdminFixture.run { admin in
            try await admin.put("/v1/routes/nope/weights", #"{"a":100}"#).expectProblem(404, "not_found", [])
        }
    }
}
