import RoutingModel
import Testing

@testable import AdminClient

@Suite struct StatsViewTests {
    private static func counts(
        _ requests: Int, forced: Int = 0, statuses: JSONValue = [:], failures: JSONValue = [:], p50: JSONValue? = nil
    ) -> JSONValue {
        var members: [String: JSONValue] = [
            "requests": .integer(Int64(requests)), "per_second": .number(Double(requests) / 60),
            "forced": .integer(Int64(forced)), "retries": 0, "statuses": statuses, "failures": failures,
        ]
        if let p50 { members["latency_ms"] = ["mean": 2, "p50": p50, "p90": 4, "p99": .number(10.44)] }
        return .object(members)
    }

    private static let stats: JSONValue = [
        "route": "star", "window_seconds": .number(64.2),
        "reports": ["workers": 2, "missing": 1, "oldest_seconds": 4],
        "groups": [
            [
                "group": "star-canary", "requested_share": 5, "effective_share": 0, "observed_share": .number(5.031),
                "observed_share_total": 4, "active": 1,
                "window": counts(
                    330, forced: 12, statuses: ["2xx": 327, "5xx": 3], failures: ["reset": 2, "connect": 5],
                    p50: .number(1.66)),
                "total": counts(90_000),
                "peers": [["peer": "n1~star-2", "active": 1, "window": counts(330), "total": counts(90_000)]],
            ],
            [
                "group": "star-stable", "requested_share": 95, "effective_share": 100,
                "observed_share": .number(94.969), "observed_share_total": 96, "active": 0, "window": counts(6_000),
                "total": counts(1_700_000), "peers": [],
            ],
        ],
    ]

    private func text(width: Int? = nil, total: Bool = false) throws -> String {
        let now = try #require(Timestamp(rfc3339: "2026-01-31T12:00:00Z"))
        var page = Page(palette: Palette(isEnabled: false), width: width, now: now)
        page.stats(Self.stats, total: total)
        return page.text
    }

    @Test("shares stand side by side, and what isn't there takes no room")
    func table() throws {
        #expect(
            try text() == """
                star last 64 s, 2 workers 1 not heard of
                GROUP        WEIGHT  DEALT  OBSERVED  REQUESTS   RATE  5XX  FAILED   P50   P99
                star-canary      5%     0%     5.03%       330  5.5/s    3       7  1.66  10.4
                star-stable     95%   100%    94.97%      6000  100/s    -       -     -     -

                PEER       GROUP        REQUESTS   RATE
                n1~star-2  star-canary       330  5.5/s

                Failed  connect 5, reset 2
                Forced  12

                """)
    }

    @Test("sums since the start are the other numbers")
    func total() throws {
        let text = try text(total: true)
        #expect(text.contains("star since the workers' start"))
        #expect(text.contains("90000"))
        #expect(text.contains("96%"))
        #expect(!text.contains("Forced"))
    }

    @Test("it fits a narrow terminal")
    func narrow() throws {
        for line in try text(width: 80).split(separator: "\n").dropFirst() { #expect(line.count <= 80, "\(line)") }
    }
}
