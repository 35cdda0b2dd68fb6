import RoutingEngine
import RoutingModel
import Testing

/// Whatever the policy, peers get shares by their weights.
@Suite struct BalancingShareTests {
    @Test("shares are by weight, with whatever weights", arguments: Balance.Policy.allCases)
    func shares(policy: Balance.Policy) throws {
        let groups: [[String: Int]] = [
            ["a": 1], ["a": 1, "b": 1, "c": 1], ["a": 5, "b": 1, "c": 1], ["a": 100, "b": 50, "c": 25, "d": 25],
            // Too long an order: by deadlines.
            ["a": 65_535, "b": 32_768, "c": 9_999, "d": 1],
        ]
        for weights in groups {
            let group = try BalancedGroup(policy, weights)
            let total = weights.values.reduce(0, +)
            let count = 40_000
            let counts = group.counts(count)
            for (name, weight) in weights {
                let expected = Double(count * weight) / Double(total)
                let tolerance = policy == .roundRobin ? 1 + expected * 0.001 : 6 * expected.squareRoot() + 6
                #expect(abs(Double(counts[name] ?? 0) - expected) <= tolerance, "\(policy) \(weights): \(counts)")
            }
        }
    }

    @Test("round robin by deadlines is as smooth as by an order: nobody is ever more than a turn off its share")
    func smoothness() throws {
        let weights = ["a": 3_001, "b": 2_000, "c": 997, "d": 1]
        let group = try BalancedGroup(.roundRobin, weights)
        var counts: [String: Int] = [:]
        for turn in 1...6_000 {
            if let name = group.pick() { counts[name, default: 0] += 1 }
            for (name, weight) in weights {
                let expected = Double(turn * weight) / 5_999
                #expect(abs(Double(counts[name] ?? 0) - expected) < 2, "turn \(turn): \(counts)")
            }
        }
    }

    @Test("a long order that is worked out the quick way has each place its weight's times")
    func quickOrder() throws {
        var weights = BalancedGroup.peers(900)
        for (place, name) in weights.keys.sorted().enumerated() { weights[name] = place % 3 + 1 }
        let group = try BalancedGroup(.roundRobin, weights)
        #expect(group.counts(weights.values.reduce(0, +)) == weights)
    }

    @Test("many uniform peers take turns; a change of one of them doesn't begin the round anew")
    func manyUniform() throws {
        var weights = BalancedGroup.peers(200)
        let group = try BalancedGroup(.roundRobin, weights)
        var counts = group.counts(100)
        weights["p9999"] = 1
        try group.change(weights)
        counts.merge(group.counts(100), uniquingKeysWith: +)
        #expect(counts.values.max() == 1)
    }

    @Test("of two peers the one with fewer requests for its weight is taken")
    func leastRequest() throws {
        let group = try BalancedGroup(.leastRequest, ["a": 1, "b": 1])
        group.peer("a")?.active = 3
        #expect(group.counts(200) == ["b": 200])
        group.peer("b")?.active = 4
        #expect(group.counts(200) == ["a": 200])
        try group.change(["a": 1, "b": 3])
        // 4 for 1 against 5 for 3.
        #expect(group.counts(200) == ["b": 200])
    }

    @Test("requests that end at different speeds: least request keeps the slow peer from having more than others")
    func leastRequestBalances() throws {
        let group = try BalancedGroup(.leastRequest, BalancedGroup.peers(10))
        let peers = try #require(group.group?.peers)
        // One never answers; of the others each answers all it has before the next ten requests.
        for _ in 0..<200 {
            for _ in 0..<10 {
                if let name = group.pick() { group.peer(name)?.active += 1 }
            }
            for peer in peers.dropFirst() { peer.active = 0 }
        }
        #expect(peers[0].active < 20)
    }
}
