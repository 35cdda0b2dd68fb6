import RoutingEngine
import RoutingModel
import Testing

@Suite struct DealTests {
    private func owned(_ deal: Deal, _ entry: Int?) -> Int {
        (0..<Bucket.count).count { deal.entry(of: $0) == entry }
    }

    @Test("every bucket has exactly one owner, whatever the weights and whoever is empty")
    func partition() {
        var generator = SplitMix(state: 42)
        for _ in 0..<500 {
            let count = Int.random(in: 1...6, using: &generator)
            var cuts = (0..<(count - 1)).map { _ in Int.random(in: 0...10_000, using: &generator) }.sorted()
            cuts = [0] + cuts + [10_000]
            let weights = zip(cuts, cuts.dropFirst()).map { $1 - $0 }
            let isEmpty = weights.map { _ in Bool.random(using: &generator) }
            let deal = Deal(weights: weights, isEmpty: isEmpty, onEmpty: .redistribute)
            #expect(deal.intervals.last?.upperBound == 10_000)
            #expect(zip(deal.intervals, deal.intervals.dropFirst()).allSatisfy { $0.upperBound < $1.upperBound })
            let heirs = weights.indices.filter { !isEmpty[$0] && weights[$0] > 0 }
            #expect(deal.intervals.allSatisfy { $0.entry.map(heirs.contains) ?? heirs.isEmpty })
            for entry in heirs { #expect(owned(deal, entry) >= weights[entry]) }
        }
    }

    @Test("a weight of 0 owns nothing, even when everybody else is empty")
    func zeroStaysZero() {
        let deal = Deal(weights: [10_000, 0], isEmpty: [true, false], onEmpty: .redistribute)
        #expect(deal.intervals.map(\.upperBound) == [10_000])
        #expect(deal.intervals.map(\.entry) == [nil])
    }

    @Test("an empty group's share goes to the others in proportion")
    func proportion() {
        let deal = Deal(weights: [2_000, 2_000, 6_000], isEmpty: [true, false, false], onEmpty: .redistribute)
        #expect(owned(deal, 1) == 2_500)
        #expect(owned(deal, 2) == 7_500)
    }

    @Test("with on_empty fail an empty group's share is nobody's")
    func fail() {
        let deal = Deal(weights: [500, 9_500], isEmpty: [true, false], onEmpty: .fail)
        #expect(owned(deal, nil) == 500)
        #expect(owned(deal, 1) == 9_500)
    }
}

/// A small seeded generator, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
