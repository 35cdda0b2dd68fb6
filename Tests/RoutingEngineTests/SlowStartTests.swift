import RoutingEngine
import RoutingModel
import Testing

@Suite struct SlowStartTests {
    private static let policies: [Balance.Policy] = [.roundRobin, .random, .leastRequest]
    private let second: UInt64 = 1_000_000_000

    /// The newcomer's share for its full one.
    private func share(_ group: BalancedGroup, _ name: String, of others: Int, count: Int = 12_000) -> Double {
        let counts = group.counts(count)
        let own = Double(counts[name] ?? 0)
        return own * Double(others) / (Double(count) - own)
    }

    @Test("a peer that joins begins with a tenth of its weight, and has all of it at the end", arguments: policies)
    func joins(policy: Balance.Policy) throws {
        let group = try BalancedGroup(policy, ["a": 1, "b": 1, "c": 1], slowStart: .seconds(20))
        group.now += 100 * second
        #expect(abs(share(group, "a", of: 2) - 1) < 0.1)
        try group.change(["a": 1, "b": 1, "c": 1, "d": 1])
        let begin = group.now
        for (elapsed, expected) in [(0, 0.1), (1, 0.1), (5, 0.25), (10, 0.5), (15, 0.75), (20, 1), (30, 1)] {
            group.now = begin + UInt64(elapsed) * second
            let seen = share(group, "d", of: 3)
            #expect(abs(seen - expected) < 0.03 + expected * 0.08, "\(policy) after \(elapsed) s: \(seen)")
        }
    }

    @Test("weights count in slow start, and where round robin goes by deadlines too")
    func weighted() throws {
        for weights in [["a": 4, "b": 2], ["a": 40_001, "b": 20_000]] {
            let group = try BalancedGroup(.roundRobin, weights, slowStart: .seconds(10))
            var more = weights
            more["c"] = weights["b"]
            try group.change(more)
            _ = group.pick()
            group.now += 5 * second
            // Half of 2, beside 6.
            #expect(abs(share(group, "c", of: 3) - 0.5) < 0.05)
        }
    }

    @Test("the first peers of a group don't begin slowly")
    func first() throws {
        let group = try BalancedGroup(.roundRobin, [:], slowStart: .seconds(10))
        try group.change(["a": 1, "b": 1])
        #expect(group.counts(1_000) == ["a": 500, "b": 500])
    }

    @Test("a peer that is back begins slowly", arguments: policies)
    func back(policy: Balance.Policy) throws {
        let group = try BalancedGroup(policy, ["a": 1, "b": 1], slowStart: .seconds(10))
        let peer = try #require(group.peer("b"))
        peer.isEjected = true
        #expect(group.counts(100) == ["a": 100])
        peer.isEjected = false
        peer.returned(at: group.now)
        #expect(abs(share(group, "b", of: 1) - 0.1) < 0.05)
        group.now += 10 * second
        #expect(abs(share(group, "b", of: 1) - 1) < 0.1)
    }

    @Test("a peer in slow start that is the only one left gets everything", arguments: policies)
    func alone(policy: Balance.Policy) throws {
        let group = try BalancedGroup(policy, ["a": 1], slowStart: .seconds(10))
        try group.change(["a": 1, "b": 1])
        group.peer("a")?.isEjected = true
        #expect(group.counts(500) == ["b": 500])
        try group.change(["b": 1, "c": 1])
        #expect(group.counts(500).values.reduce(0, +) == 500)
    }

    @Test("without slow start a peer that joins has its share at once; consistent hash has none")
    func none() throws {
        let group = try BalancedGroup(.roundRobin, ["a": 1])
        try group.change(["a": 1, "b": 1])
        #expect(group.counts(100) == ["a": 50, "b": 50])
        let hashed = try BalancedGroup(.consistentHash, ["a": 1], slowStart: .seconds(10))
        try hashed.change(["a": 1, "b": 1])
        let counts = (0..<1_000).count { hashed.pick(key: "\($0)") == "b" }
        #expect(abs(counts - 500) < 100)
    }
}
