import HTTPTypes
import RoutingModel
import Testing

@testable import AdminAPI

@Suite("Workers report their traffic, and routes show it")
struct TrafficTests {
    private static func report(
        canary: Int, stable: Int, forced: Int = 0, startedAt: Timestamp = .now(), isWhole: Bool = true
    ) -> String {
        """
        {"started_at":"\(startedAt)","index":1,"whole":\(isWhole),"traffic":[
          {"route":"star","group":"star-canary","peer":"n1~star-2","requests":\(canary),"forced":\(forced),
           "statuses":[0,\(canary - 2),0,0,2],"failures":{"reset":2},"active":1,
           "latency":[\(canary)],"latency_sum":\(canary * 50)},
          {"route":"star","group":"star-stable","peer":"n1~star-1","requests":\(stable),"retries":2,
           "statuses":[0,\(stable)],"latency":[0,0,0,0,\(stable)],"latency_sum":\(stable * 200)}]}
        """
    }

    @Test("what a worker reports is shown side by side with what the rule asks for")
    func shares() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            await admin.answer([AdminFixture.instance("star-1"), AdminFixture.instance("star-2", tags: ["v2"])])
            try await admin.settled()
            _ = try await admin.get("/v1/routing?worker=edge-1")
            let answer = try await admin.post(
                "/v1/workers/edge-1/report", Self.report(canary: 60, stable: 950, forced: 10))
            #expect(answer.status == 204, "\(answer.body)")
            #expect(answer.body.isEmpty)

            let stats = try await admin.get("/v1/routes/star/stats").json
            #expect(stats["route"] == "star")
            #expect(stats["reports"]?["workers"] == 1)
            #expect(stats["reports"]?["missing"] == 0)
            let groups = stats["groups"]?.items ?? []
            #expect(groups.map { $0["group"] } == ["star-canary", "star-stable"])
            for (name, shares) in [
                ("requested_share", [5, 95]), ("effective_share", [5, 95]), ("observed_share", [5, 95]),
                ("observed_share_total", [5, 95]),
            ] {
                #expect(groups.map { $0[name]?.int } == shares, "\(name)")
            }
            let canary = try #require(groups.first)
            #expect(canary["active"] == 1)
            #expect(canary["window"]?["requests"] == 60)
            #expect(canary["window"]?["forced"] == 10)
            #expect(canary["total"]?["statuses"] == ["2xx": 58, "5xx": 2])
            #expect(canary["total"]?["failures"] == ["reset": 2])
            #expect(canary["total"]?["latency_ms"]?["p50"] == .number(0.032))
            #expect(groups.last?["total"]?["latency_ms"]?["mean"] == .number(0.2))
            #expect(groups.last?["total"]?["retries"] == 2)
            #expect(canary["peers"]?.items?.map { $0["peer"] } == ["n1~star-2"])
            #expect(canary["peers"]?.items?.first?["window"]?["requests"] == 60)
        }
    }

    @Test("an empty group's share is dealt on")
    func emptyGroup() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            await admin.answer([AdminFixture.instance("star-1")])
            try await admin.settled()
            let stats = try await admin.get("/v1/routes/star/stats?window=2m").json
            #expect(stats["groups"]?.items?.map { $0["requested_share"] } == [5, 95])
            #expect(stats["groups"]?.items?.map { $0["effective_share"] } == [0, 100])
            #expect(stats["groups"]?.items?.first?["observed_share"] == nil)
            #expect(stats["reports"]?["workers"] == 0)
        }
    }

    @Test("a report of changes is refused while what it changes isn't known")
    func changes() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            _ = try await admin.get("/v1/routing?worker=w")
            let startedAt = Timestamp.now()
            let changes = Self.report(canary: 5, stable: 5, startedAt: startedAt, isWhole: false)
            try await admin.post("/v1/workers/w/report", changes).expectProblem(409, "conflict")
            let whole = Self.report(canary: 3, stable: 3, startedAt: startedAt)
            #expect(try await admin.post("/v1/workers/w/report", whole).status == 204)
            #expect(try await admin.post("/v1/workers/w/report", changes).status == 204)
            let stats = try await admin.get("/v1/routes/star/stats").json
            #expect(stats["groups"]?.items?.map { $0["total"]?["requests"] } == [5, 5])
        }
    }

    @Test("what isn't a report is refused, and so are reports of workers that nobody knows")
    func refusals() async throws {
        try await AdminFixture.run { admin in
            let report = Self.report(canary: 5, stable: 5)
            try await admin.post("/v1/workers/nobody/report", report).expectProblem(404, "not_found", [])
            _ = try await admin.get("/v1/routing?worker=w")
            try await admin.post("/v1/workers/w/report?x=1", report).expectProblem(
                400, "invalid_query", ["/x unknown_parameter"])
            try await admin.post("/v1/workers/w/report", #"{"index":-1,"traffic":[{"route":"R","requests":true}]}"#)
                .expectProblem(
                    422, "invalid",
                    [
                        "/index invalid_value", "/started_at required", "/traffic/0/route invalid_value",
                        "/traffic/0/requests wrong_type",
                    ])
            try await admin.post("/v1/workers/w/report", "[").expectProblem(400, "malformed_json", [])
            let huge = String(repeating: " ", count: WorkerReport.Limit.bytes + 1)
            try await admin.post("/v1/workers/w/report", huge).expectProblem(413, "body_too_large", [])
        }
    }

    @Test("statistics are refused for routes that there aren't, and windows are cut to what is kept")
    func badQuestions() async throws {
        try await AdminFixture.run { admin in
            try await admin.get("/v1/routes/none/stats").expectProblem(404, "not_found", [])
            try await admin.writeStar()
            for window in ["10", "x", ""] {
                try await admin.get("/v1/routes/star/stats?window=\(window)")
                    .expectProblem(400, "invalid_query", ["/window invalid_value"])
            }
            try await admin.get("/v1/routes/star/stats?limit=1")
                .expectProblem(400, "invalid_query", ["/limit unknown_parameter"])
            for window in ["1s", "10m", "11m", "885312.06m"] {
                #expect(try await admin.get("/v1/routes/star/stats?window=\(window)").status == 200)
            }
        }
    }

    @Test("a scrape shows routes and groups, summed up over peers and workers")
    func metrics() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            for worker in ["a", "b"] {
                _ = try await admin.get("/v1/routing?worker=\(worker)")
                _ = try await admin.post("/v1/workers/\(worker)/report", Self.report(canary: 4, stable: 100))
            }
            let lines = Set(try await admin.get("/metrics").body.split(separator: "\n").map(String.init))
            for line in [
                "# TYPE signalbox_route_requests_total counter",
                #"signalbox_route_requests_total{route="star",group="star-canary",status="2xx"} 4"#,
                #"signalbox_route_requests_total{route="star",group="star-canary",status="5xx"} 4"#,
                #"signalbox_route_requests_total{route="star",group="star-stable",status="2xx"} 200"#,
                #"signalbox_route_failures_total{route="star",group="star-canary",reason="reset"} 4"#,
                #"signalbox_route_retries_total{route="star",group="star-stable"} 4"#,
                #"signalbox_route_active_requests{route="star",group="star-canary"} 2"#,
                "# TYPE signalbox_route_latency_seconds histogram",
                #"signalbox_route_latency_seconds_bucket{route="star",group="star-canary",le="6.4e-05"} 8"#,
                #"signalbox_route_latency_seconds_bucket{route="star",group="star-stable",le="6.4e-05"} 0"#,
                #"signalbox_route_latency_seconds_bucket{route="star",group="star-stable",le="0.000256"} 200"#,
                #"signalbox_route_latency_seconds_bucket{route="star",group="star-stable",le="+Inf"} 200"#,
                #"signalbox_route_latency_seconds_sum{route="star",group="star-stable"} 0.04"#,
                #"signalbox_route_latency_seconds_count{route="star",group="star-stable"} 200"#,
                "signalbox_report_entries_refused_total 0",
            ] {
                #expect(lines.contains(line), "\(line)")
            }
        }
    }
}
