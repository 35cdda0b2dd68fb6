import RoutingEngine
import Testing

@Suite struct SmoothRoundRobinTests {
    @Test("weights 5, 1, 1 give nginx's well-known order")
    func knownOrder() {
        var rotation = SmoothRoundRobin(weights: [5, 1, 1])
        #expect((0..<7).map { _ in rotation.next() } == [0, 0, 1, 0, 2, 0, 0])
    }

    @Test(
        "in a run of the sum of weights each place comes up its weight's times",
        arguments: [[1, 1, 1], [3, 2, 7], [1], [10, 1]])
    func exactShares(weights: [Int]) {
        var rotation = SmoothRoundRobin(weights: weights, start: 1)
        var counts = weights.map { _ in 0 }
        for _ in 0..<(3 * weights.reduce(0, +)) {
            if let place = rotation.next() { counts[place] += 1 }
        }
        #expect(counts == weights.map { $0 * 3 } || Set(weights).count == 1 && Set(counts).count == 1)
    }

    @Test("places that are not allowed are passed over, and none is nil", arguments: [[1, 1, 1], [5, 1, 2]])
    func exclusion(weights: [Int]) {
        var rotation = SmoothRoundRobin(weights: weights)
        let picks = (0..<20).map { _ in rotation.next { $0 == 2 } }
        #expect(picks.allSatisfy { $0 == 2 })
        let none = rotation.next { _ in false }
        #expect(none == nil)
        var empty = SmoothRoundRobin(weights: [])
        let nothing = empty.next()
        #expect(nothing == nil)
    }
}
