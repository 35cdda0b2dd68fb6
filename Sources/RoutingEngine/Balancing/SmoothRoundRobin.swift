/// Smooth weighted round robin over a fixed list: in every run of (sum of weights) picks each place comes up its
/// weight's times, as evenly spaced as can be. The method is nginx's (commit 52327e0627f4, "Upstream: smooth
/// weighted round-robin balancing").
package struct SmoothRoundRobin: Hashable, Sendable {
    private let weights: [Int]
    private var current: [Int]
    /// Equal weights need no bookkeeping: the same picks come from a counter.
    private let isUniform: Bool
    /// Where a uniform list goes on.
    package private(set) var cursor: Int

    /// - Parameters:
    ///   - weights: each at least 1.
    ///   - start: where a uniform list begins, so that not every worker begins with the same peer.
    package init(weights: [Int], start: Int = 0) {
        self.weights = weights
        isUniform = weights.allSatisfy { $0 == weights.first }
        current = isUniform ? [] : Array(repeating: 0, count: weights.count)
        cursor = weights.isEmpty ? 0 : start % weights.count
    }

    /// The next place among those that `isAllowed`; nil when there is none.
    package mutating func next(where isAllowed: (Int) -> Bool = { _ in true }) -> Int? {
        isUniform ? nextUniform(isAllowed) : nextWeighted(isAllowed)
    }

    private mutating func nextUniform(_ isAllowed: (Int) -> Bool) -> Int? {
        for step in weights.indices {
            let place = (cursor + step) % weights.count
            if isAllowed(place) {
                cursor = (place + 1) % weights.count
                return place
            }
        }
        return nil
    }

    private mutating func nextWeighted(_ isAllowed: (Int) -> Bool) -> Int? {
        var best: Int?
        var total = 0
        for place in weights.indices where isAllowed(place) {
            current[place] += weights[place]
            total += weights[place]
            if best.map({ current[place] > current[$0] }) ?? true { best = place }
        }
        if let best { current[best] -= total }
        return best
    }
}
