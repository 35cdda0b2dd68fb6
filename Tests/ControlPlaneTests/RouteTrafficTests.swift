import RoutingModel
import Testing

@testable import ControlPlane

@Suite("A route's shares side by side")
struct RouteTrafficTests {
    private static func percent(_ value: Double) -> Percent { Percent(value) ?? .zero }

    private static func rule(_ onEmpty: OnEmpty = .redistribute) -> Route {
        Route(
            split: [
                SplitEntry(group: "canary", weight: percent(5)), SplitEntry(group: "stable", weight: percent(75)),
                SplitEntry(group: "other", weight: percent(20)),
            ], onEmpty: onEmpty)
    }

    private static func line(_ group: String?, requests: Int, forced: Int = 0, recent: Int = 0) -> TrafficBook.Line {
        var total = TrafficCounters()
        total.append(requests, at: TrafficCounters.Place.requests)
        total.append(forced, at: TrafficCounters.Place.forced)
        var now = TrafficCounters()
        now.append(recent, at: TrafficCounters.Place.requests)
        return TrafficBook.Line(
            key: TrafficKey(route: "r", group: group, peer: group.map { PeerID("n~\($0)") }), total: total, recent: now,
            active: 1)
    }

    private static func traffic(_ lines: [TrafficBook.Line], rule: Route = rule(), empty: Set<String> = [])
        -> RouteTraffic
    {
        RouteTraffic(
            name: "r", rule: rule, lines: lines, window: TrafficBook.Window(asked: 60, covered: 50),
            reports: RouteTraffic.Reports(workers: 1, missing: 0, oldestSeconds: nil),
            isEmpty: { empty.contains($0) })
    }

    @Test("without traffic there are the rule's shares, and none that was observed")
    func quiet() {
        let traffic = Self.traffic([])
        #expect(traffic.groups.map(\.group) == ["canary", "stable", "other"])
        #expect(traffic.groups.map(\.requestedShare) == [5, 75, 20])
        #expect(traffic.groups.map(\.effectiveShare) == [5, 75, 20])
        #expect(traffic.groups.allSatisfy { $0.observedShare == nil && $0.observedShareTotal == nil })
    }

    @Test("an empty group's share is dealt on to the others, or to nobody")
    func empty() {
        #expect(Self.traffic([], empty: ["other"]).groups.map(\.effectiveShare) == [6.25, 93.75, 0])
        #expect(Self.traffic([], rule: Self.rule(.fail), empty: ["other"]).groups.map(\.effectiveShare) == [5, 75, 0])
    }

    @Test("forced requests are no part of what is observed")
    func forced() {
        let traffic = Self.traffic([
            Self.line("canary", requests: 1_005, forced: 1_000), Self.line("stable", requests: 95, recent: 3),
        ])
        #expect(traffic.groups.map(\.observedShareTotal) == [5, 95, 0])
        #expect(traffic.groups.map(\.observedShare) == [0, 100, 0])
        #expect(traffic.groups[1].window.perSecond == 0.06)
    }

    @Test("groups that aren't in the split come after it, and what came to no group last")
    func others() {
        let traffic = Self.traffic([Self.line(nil, requests: 10), Self.line("former", requests: 30, forced: 30)])
        #expect(traffic.groups.map(\.group) == ["canary", "stable", "other", "former", nil])
        #expect(traffic.groups[3].requestedShare == nil)
        #expect(traffic.groups[3].effectiveShare == nil)
        #expect(traffic.groups[4].observedShareTotal == 100)
        #expect(traffic.groups[4].active == 1)
    }
}
