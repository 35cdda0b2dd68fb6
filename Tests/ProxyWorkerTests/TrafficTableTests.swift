import RoutingModel
import Testing

@testable import ProxyWorker

@Suite("Traffic is counted by route, group and peer")
struct TrafficTableTests {
    private let table = TrafficTable()

    private static func key(_ route: String, _ group: String? = nil, _ peer: String? = nil) -> TrafficKey {
        TrafficKey(route: route, group: group, peer: peer.map { PeerID($0) })
    }

    private static func numbers(_ route: Int, _ peer: Int?) -> TrafficNumbers {
        TrafficNumbers(route: route, group: nil, peer: peer)
    }

    /// Everything that is there to be taken, summed up by key.
    private func taken(_ piece: Int = 1_024) -> [TrafficKey: TrafficCounters] {
        var sums: [TrafficKey: TrafficCounters] = [:]
        while true {
            let deltas = table.take(piece)
            for delta in deltas { sums[delta.key, default: TrafficCounters()].add(delta.counters) }
            if deltas.count < piece { return sums }
        }
    }

    @Test("a request that is answered counts with its status and its latency")
    func finished() throws {
        let key = Self.key("star", "canary", "n~1")
        let handle = table.began(Self.numbers(0, 0), isForced: true) { key }
        table.finished(handle, status: 204, nanoseconds: 100_999)
        let delta = try #require(table.take().first)
        #expect(delta.key == key)
        #expect(delta.active == 0)
        let entry = WorkerReport.Traffic(key, delta.counters, active: 0, number: 0)
        #expect(entry.requests == 1)
        #expect(entry.forced == 1)
        #expect(entry.statuses == [0, 1])
        #expect(entry.latency == [0, 0, 1])
        #expect(entry.latencySum == 100)
        #expect(table.take().isEmpty)
    }

    @Test("a try that fails counts for its peer, and the next one as a retry of the other")
    func failed() {
        let (first, second) = (Self.key("star", "canary", "n~1"), Self.key("star", "stable", "n~2"))
        let handle = table.began(Self.numbers(0, 0), isForced: false) { first }
        table.failed(handle, .connect)
        let other = table.retried(Self.numbers(0, 1)) { second }
        table.failed(other, .truncated, status: 200, nanoseconds: 1_000)
        let sums = taken()
        #expect(sums[first]?.failures == ["connect": 1])
        #expect(sums[first]?[TrafficCounters.Place.requests] == 1)
        #expect(sums[second]?[TrafficCounters.Place.requests] == 0)
        #expect(sums[second]?[TrafficCounters.Place.retries] == 1)
        #expect(sums[second]?.failures == ["truncated": 1])
        #expect(sums[second]?.numbers(TrafficCounters.Place.statuses) == [0, 1])
    }

    @Test("what is under way is told as a difference, each time")
    func active() throws {
        let key = Self.key("star", "canary", "n~1")
        let handles = (0..<3).map { _ in table.began(Self.numbers(0, 0), isForced: false) { key } }
        #expect(try #require(table.take().first).active == 3)
        for handle in handles { table.finished(handle, status: 200, nanoseconds: 1) }
        #expect(try #require(table.take().first).active == -3)
    }

    @Test("without a peer a request counts for its group, and without a group for its route")
    func noPeer() {
        for (group, key) in [(7, Self.key("star", "canary")), (nil, Self.key("star"))] as [(Int?, TrafficKey)] {
            let handle = table.began(TrafficNumbers(route: 0, group: group, peer: nil), isForced: false) { key }
            table.failed(handle, .noPeer, status: 503)
        }
        #expect(
            taken().mapValues(\.failures) == [
                Self.key("star", "canary"): ["no_peer": 1], Self.key("star"): ["no_peer": 1],
            ])
    }

    @Test("names are asked for once, until the routing table changes")
    func namesAreCached() {
        var asked = 0
        let key = Self.key("star", "canary", "n~1")
        func request() {
            let handle = table.began(Self.numbers(3, 4), isForced: false) {
                asked += 1
                return key
            }
            table.finished(handle, status: 200, nanoseconds: 0)
        }
        for _ in 0..<10 { request() }
        #expect(asked == 1)
        table.tableChanged()
        for _ in 0..<10 { request() }
        #expect(asked == 2)
        #expect(taken()[key]?[TrafficCounters.Place.requests] == 20)
        #expect(table.entryCount == 1)
    }

    @Test("numbers that are given out anew credit nothing to whom they stood for before, and the other way round")
    func reusedNumbers() {
        let (old, new) = (Self.key("old", "g", "n~1"), Self.key("new", "h", "n~2"))
        let first = table.began(Self.numbers(0, 0), isForced: false) { old }
        table.tableChanged()
        let second = table.began(Self.numbers(0, 0), isForced: false) { new }
        #expect(first != second)
        // The old exchange ends after the new one has begun.
        table.finished(first, status: 500, nanoseconds: 0)
        table.finished(second, status: 200, nanoseconds: 0)
        let sums = taken()
        #expect(sums[old]?.numbers(TrafficCounters.Place.statuses) == [0, 0, 0, 0, 1])
        #expect(sums[new]?.numbers(TrafficCounters.Place.statuses) == [0, 1])
        #expect(table.entryCount == 1)
    }

    @Test("an entry that is replaced stays until what is under way has ended")
    func replacedInFlight() {
        let (old, new) = (Self.key("old", "g", "n~1"), Self.key("new", "h", "n~2"))
        let first = table.began(Self.numbers(0, 0), isForced: false) { old }
        table.tableChanged()
        _ = table.began(Self.numbers(0, 0), isForced: false) { new }
        _ = taken()
        #expect(table.entryCount == 2)
        let third = table.began(Self.numbers(1, 1), isForced: false) { Self.key("more") }
        #expect(third != first)
        table.finished(first, status: 200, nanoseconds: 0)
        #expect(taken()[old]?.numbers(TrafficCounters.Place.statuses) == [0, 1])
        #expect(table.entryCount == 2)
    }

    @Test("thousands of entries are counted as a dictionary would, taken in pieces")
    func many() {
        var expected: [TrafficKey: Int] = [:]
        for round in 0..<3 {
            for _ in 0..<20_000 {
                let (route, peer) = (Int.random(in: 0..<500), Int.random(in: 0..<20))
                // Each round the numbers stand for something else.
                let key = Self.key("r\(route + round * 1_000)", "g", "n~\(peer)")
                let handle = table.began(Self.numbers(route, peer), isForced: false) { key }
                table.finished(handle, status: 200, nanoseconds: 5_000)
                expected[key, default: 0] += 1
            }
            table.tableChanged()
        }
        #expect(taken(100).mapValues { $0[TrafficCounters.Place.requests] } == expected)
    }

    @Test("entries without traffic are given up after a while, those with something under way aren't")
    func idle() {
        for route in 0..<500 {
            let handle = table.began(Self.numbers(route, 0), isForced: false) { Self.key("r\(route)") }
            if route > 0 { table.finished(handle, status: 200, nanoseconds: 0) }
        }
        for _ in 0..<Int(TrafficTable.idleRounds) { _ = table.take() }
        #expect(table.entryCount == 500)
        for _ in 0..<Int(TrafficTable.idleRounds) { _ = table.take() }
        #expect(table.entryCount == 1)
        let handle = table.began(Self.numbers(9, 0), isForced: false) { Self.key("r9") }
        table.finished(handle, status: 200, nanoseconds: 0)
        #expect(taken()[Self.key("r9")]?[TrafficCounters.Place.requests] == 1)
    }

    @Test("every failure has a place of its own, under its own name")
    func failurePlaces() {
        let names = TrafficCounters.reasons
        let first = TrafficCounters.Place.failures.lowerBound
        #expect(names.count == TrafficCounters.Place.failures.count)
        for failure in ProxyFailure.allCases { #expect(names[failure.place - first] == failure.rawValue) }
        #expect(ProxyFailure.allCases.count == names.count - 1)
    }

    @Test("the index finds what was put in and nothing else, whatever is taken out in between")
    func index() {
        var index = TrafficIndex(capacity: 4)
        defer { index.deallocate() }
        var expected: [UInt64: Int] = [:]
        for step in 0..<20_000 {
            let key = UInt64.random(in: 1...300) << 32 | 1
            if let known = expected[key] {
                #expect(index.find(key) == known)
                if Bool.random() {
                    index.remove(key)
                    expected[key] = nil
                }
            } else {
                #expect(index.find(key) == -1)
                index.insert(key, step)
                expected[key] = step
            }
        }
        #expect(index.count == expected.count)
        for (key, value) in expected { #expect(index.find(key) == value) }
    }
}
