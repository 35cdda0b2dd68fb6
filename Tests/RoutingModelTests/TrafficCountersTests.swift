import RoutingModel
import Testing

@Suite("Traffic counters")
struct TrafficCountersTests {
    private static func random() -> [Int: Int] {
        var result: [Int: Int] = [:]
        for place in 0..<TrafficCounters.placeCount where Int.random(in: 0..<4) == 0 {
            result[place] = Int.random(in: 0..<1_000)
        }
        return result
    }

    private static func made(_ numbers: [Int: Int]) -> TrafficCounters {
        var counters = TrafficCounters()
        for (place, number) in numbers.sorted(by: { $0.key < $1.key }) { counters.append(number, at: place) }
        return counters
    }

    @Test("they add up place by place, and what has come since is what was added")
    func arithmetic() {
        for _ in 0..<500 {
            let (left, right) = (Self.random(), Self.random())
            let before = Self.made(left)
            var sum = before
            sum.add(Self.made(right))
            for place in 0..<TrafficCounters.placeCount {
                #expect(sum[place] == (left[place] ?? 0) + (right[place] ?? 0))
            }
            #expect(sum.since(before) == Self.made(right))
        }
    }

    @Test("nothing has come since when something is less than before")
    func less() {
        #expect(Self.made([0: 5, 3: 1]).since(Self.made([0: 4, 3: 2])) == nil)
        #expect(Self.made([0: 5]).since(Self.made([1: 1])) == nil)
        #expect(Self.made([0: 5]).since(Self.made([0: 5]))?.isEmpty == true)
    }

    @Test("a report's entry says the same as the counters that it was made of")
    func reported() {
        for _ in 0..<200 {
            let counters = Self.made(Self.random())
            let key = TrafficKey(route: "star", group: "canary", peer: PeerID("n~1"))
            let entry = WorkerReport.Traffic(key, counters, active: 3, number: 7)
            #expect(entry.key == key)
            #expect(entry.counters == counters)
        }
    }

    @Test("reasons that nobody knows here are counted together")
    func unknownReasons() {
        let entry = WorkerReport.Traffic(
            route: "r", group: nil, peer: nil, requests: 1, statuses: [],
            failures: ["connect": 2, "of_the_future": 3, "another": 4, "other": 1], retries: 0, active: 0, latency: [],
            latencySum: 0)
        #expect(entry.counters.failures == ["connect": 2, "other": 8])
    }
}
