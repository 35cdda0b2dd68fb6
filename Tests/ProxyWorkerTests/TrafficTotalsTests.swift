import RoutingModel
import Testing

@testable import ProxyWorker

@Suite("A worker's traffic over its loops")
struct TrafficTotalsTests {
    private let now = ContinuousClock.now

    private static func delta(_ peer: String, requests: Int = 1, active: Int = 0) -> TrafficDelta {
        var counters = TrafficCounters()
        counters.append(requests, at: TrafficCounters.Place.requests)
        return TrafficDelta(
            key: TrafficKey(route: "r", group: "g", peer: PeerID("n~\(peer)")), counters: counters, active: active)
    }

    @Test("what several loops counted of one key is one entry, and only what changed is told again")
    func sums() {
        var totals = TrafficTotals()
        totals.add([Self.delta("1", requests: 2, active: 1), Self.delta("2")], at: now)
        totals.add([Self.delta("1", requests: 3)], at: now)
        let all = totals.traffic(since: 0).sorted { $0.requests > $1.requests }
        #expect(all.map(\.requests) == [5, 1])
        #expect(all.map(\.active) == [1, 0])
        #expect(totals.traffic(since: 1).map(\.requests) == [5])
        #expect(totals.traffic(since: totals.version).isEmpty)
    }

    @Test("what has had no traffic for long is given up once it has been told, and counts anew under another number")
    func expiry() throws {
        var totals = TrafficTotals()
        totals.add([Self.delta("1"), Self.delta("2", active: 1)], at: now)
        let number = try #require(totals.traffic(since: 0).first { $0.peer == PeerID("n~1") }).number
        let later = now + TrafficTotals.patience + .seconds(1)
        totals.expire(at: later, told: 0)
        #expect(totals.count == 2)
        totals.expire(at: later, told: totals.version)
        #expect(totals.traffic(since: 0).map(\.peer) == [PeerID("n~2")])
        totals.add([Self.delta("1")], at: later)
        let again = try #require(totals.traffic(since: 0).first { $0.peer == PeerID("n~1") })
        #expect(again.requests == 1)
        #expect(again.number != number)
    }

    @Test("beyond its budget peers are counted together, and nothing is lost")
    func budget() {
        var totals = TrafficTotals(budget: 5_000)
        for peer in 0..<100 { totals.add([Self.delta("\(peer)")], at: now) }
        let all = totals.traffic(since: 0)
        #expect(all.count < 15)
        #expect(all.contains { $0.peer == nil && $0.requests > 80 })
        #expect(all.reduce(0) { $0 + $1.requests } == 100)
    }
}
