import CoreMetrics
import HTTPTypes
import RoutingModel
import Testing

@testable import AdminAPI

@Suite("Metrics come in Prometheus' text format")
struct MetricsTests {
    @Test("every line is a comment or a sample, ordered, with each type said once")
    func format() {
        let registry = PrometheusRegistry()
        registry.makeCounter(label: "a.requests", dimensions: [("Path", #"/x"\y"# + "\n")]).increment(by: 3)
        registry.makeCounter(label: "a.requests", dimensions: [("Path", "/z")]).increment(by: 1)
        registry.makeRecorder(label: "level", dimensions: [], aggregate: false).record(-2.5)
        registry.makeMeter(label: "active", dimensions: []).increment(by: 2)
        registry.makeTimer(label: "took", dimensions: [("m", "GET")]).recordNanoseconds(3_000_000)
        let lines = registry.render().split(separator: "\n").map(String.init)
        #expect(
            lines.prefix(6) == [
                "# TYPE a_requests_total counter", #"a_requests_total{Path="/x\"\\y\n"} 3"#,
                #"a_requests_total{Path="/z"} 1"#,
                "# TYPE active gauge", "active 2", "# TYPE level gauge",
            ]
        )
        #expect(lines.contains("level -2.5"))
        #expect(lines.contains("# TYPE took_seconds histogram"))
        #expect(lines.contains(#"took_seconds_bucket{m="GET",le="0.0025"} 0"#))
        #expect(lines.contains(#"took_seconds_bucket{m="GET",le="0.005"} 1"#))
        #expect(lines.contains(#"took_seconds_bucket{m="GET",le="+Inf"} 1"#))
        #expect(lines.contains(#"took_seconds_sum{m="GET"} 0.003"#))
        #expect(lines.last == #"took_seconds_count{m="GET"} 1"#)
    }

    @Test("the same metric is one series, however often it is made")
    func oneSeries() {
        let registry = PrometheusRegistry()
        for _ in 1...3 { registry.makeCounter(label: "c", dimensions: [("a", "b")]).increment(by: 1) }
        #expect(registry.render() == "# TYPE c_total counter\nc_total{a=\"b\"} 3\n")
    }

    @Test("a label's value can't leave its quotes, whatever its quotes and line ends are combined with")
    func quoting() {
        let registry = PrometheusRegistry()
        registry.replace(gauge: "g.é", with: [([("who", "a\"\u{301}b\r\nc\\")], 1), ([("who", "näher")], 2)])
        #expect(
            Array(registry.render().utf8)
                == Array(
                    "# TYPE g___ gauge\ng___{who=\"a\\\"\u{301}b\r\\nc\\\\\"} 1\ng___{who=\"näher\"} 2\n".utf8))
    }

    @Test("a gauge that is replaced shows nothing of before, and isn't there without a sample")
    func replaced() {
        let registry = PrometheusRegistry()
        registry.replace(gauge: "peers", with: [([("g", "b"), ("u", "1")], 2), ([("g", "a"), ("u", "1")], 0.5)])
        #expect(registry.render() == "# TYPE peers gauge\npeers{g=\"a\",u=\"1\"} 0.5\npeers{g=\"b\",u=\"1\"} 2\n")
        registry.replace(gauge: "peers", with: [([("g", "c")], 1)])
        #expect(registry.render() == "# TYPE peers gauge\npeers{g=\"c\"} 1\n")
        registry.replace(gauge: "peers", with: [])
        #expect(registry.render() == "")
    }

    @Test("whoever renders sees all of a gauge or all of what it was before")
    func wholeFamilies() async {
        let registry = PrometheusRegistry()
        @Sendable func write(_ round: Int) {
            registry.replace(gauge: "g", with: (0..<200).map { ([("n", String($0))], Double(round)) })
        }
        write(0)
        await withTaskGroup(of: Set<String>.self) { group in
            for round in 1...100 {
                group.addTask {
                    write(round)
                    let lines = registry.render().split(separator: "\n").dropFirst()
                    #expect(lines.count == 200)
                    return Set(lines.compactMap { $0.split(separator: " ").last.map(String.init) })
                }
            }
            for await values in group { #expect(values.count == 1) }
        }
    }

    @Test("/metrics answers without a token, as text")
    func scrape() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let answer = try await admin.send(.get, "/metrics", token: nil)
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    @Test("groups and workers have their own series for as long as they are there, in every one of several scrapes")
    func objects() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            try await admin.writeGroup("listed")
            _ = try await admin.get("/v1/routing?worker=edge-1")
            let wanted = [
                "signalbox_groups 3", #"signalbox_group_peers{group="listed",usable="true"} 1"#,
                #"signalbox_group_peers{group="star-canary",usable="false"} 0"#,
                #"signalbox_worker_applied_index{worker="edge-1"} 0"#, #"signalbox_workers{state="live"} 1"#,
                #"signalbox_services{state="stale"} 0"#,
            ]
            try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 1...8 { group.addTask { try await admin.metrics() } }
                for try await lines in group { for line in wanted { #expect(lines.contains(line)) } }
            }
            #expect(try await admin.delete("/v1/routes/star").status == 204)
            #expect(try await admin.delete("/v1/groups/star-canary").status == 204)
            let lines = try await admin.metrics()
            #expect(lines.contains("signalbox_groups 2"))
            #expect(!lines.contains { $0.contains("star-canary") })
        }
    }
}

extension AdminFixture {
    /// The lines of a scrape.
    fileprivate func metrics() async throws -> [String] {
        try await send(.get, "/metrics", token: nil).body.split(separator: "\n").map(String.init)
    }
}
