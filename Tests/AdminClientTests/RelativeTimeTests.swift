import RoutingModel
import Testing

@testable import AdminClient

@Suite struct RelativeTimeTests {
    @Test(
        "times are told from now",
        arguments: [
            (0, "now"), (3, "3 s ago"), (119, "119 s ago"), (120, "2 min ago"), (7_199, "119 min ago"),
            (7_200, "2 h ago"),
            (172_800, "2 d ago"), (-7_200, "in 2 h"), (-30, "in 30 s"),
        ])
    func told(secondsAgo: Int, expected: String) throws {
        let now = try #require(Timestamp(rfc3339: "2026-06-30T12:00:00Z"))
        let moment = Timestamp(milliseconds: now.milliseconds - Int64(secondsAgo) * 1_000)
        #expect(RelativeTime.text(moment, now: now) == expected)
    }

    @Test("what is long ago has its date, and what is no time stays what it is")
    func others() throws {
        let now = try #require(Timestamp(rfc3339: "2026-06-30T12:00:00Z"))
        #expect(RelativeTime.text("2026-01-31T12:00:00.000Z", now: now) == "2026-01-31")
        #expect(RelativeTime.text("soon", now: now) == "soon")
        #expect(RelativeTime.text(nil, now: now) == nil)
    }
}
