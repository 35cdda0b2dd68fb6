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

    @Test("/metrics answers without a token, as text")
    func scrape() async throws {
        try await AdminFixture.run { admin in
            try await admin.writeStar()
            let answer = try await admin.send(.get, "/metrics", token: nil)
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        }
    }
}
