package import RoutingModel

/// Who owns which buckets of a route: intervals of 0 ..< 10,000 in ascending order, without gaps.
///
/// Buckets are dealt in the order of the split, so that a group at either end keeps what it has while its weight
/// grows. The interval of a group without a usable peer is dealt on to the others inside its own bounds, so that
/// nobody else moves.
package struct Deal: Hashable, Sendable {
    package struct Interval: Hashable, Sendable {
        /// Exclusive.
        package let upperBound: Int
        /// A place in the route's split; nil when nobody can serve these buckets.
        package let entry: Int?
    }

    package let intervals: [Interval]

    /// - Parameters:
    ///   - weights: the split, in buckets; adds up to 10,000.
    ///   - isEmpty: for each entry of the split, whether its group has no usable peer.
    package init(weights: [Int], isEmpty: [Bool], onEmpty: OnEmpty) {
        let heirs = weights.indices.filter { weights[$0] > 0 && !isEmpty[$0] }
        let total = heirs.reduce(0) { $0 + weights[$1] }
        var made: [Interval] = []
        func deal(to upperBound: Int, _ entry: Int?) {
            let lowerBound = made.last?.upperBound ?? 0
            guard upperBound > lowerBound else { return }
            if let last = made.last, last.entry == entry { made.removeLast() }
            made.append(Interval(upperBound: upperBound, entry: entry))
        }
        var lowerBound = 0
        for (entry, weight) in weights.enumerated() {
            if !isEmpty[entry] {
                deal(to: lowerBound + weight, entry)
            } else if onEmpty == .fail || total == 0 {
                deal(to: lowerBound + weight, nil)
            } else {
                var passed = 0
                for heir in heirs {
                    passed += weights[heir]
                    deal(to: lowerBound + weight * passed / total, heir)
                }
            }
            lowerBound += weight
        }
        intervals = made
    }

    /// The entry of the split that owns `bucket`; nil when nobody can serve it.
    package func entry(of bucket: Int) -> Int? {
        // A handful of intervals: walking them beats a binary search.
        for interval in intervals where bucket < interval.upperBound { return interval.entry }
        return nil
    }
}
