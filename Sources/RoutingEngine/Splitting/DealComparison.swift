internal import RoutingModel

/// A route's buckets as they are dealt to groups at two times.
struct DealComparison {
    /// Who owns buckets up to an exclusive bound; nil when nobody can serve them.
    private typealias Owned = (upperBound: Int, group: String?)

    private let before: [Owned]
    private let after: [Owned]

    /// - Parameters:
    ///   - before: a route, and whether a group of it is empty; nil when there is none: then nobody owns anything.
    init(
        before: (route: SnapshotRoute, isEmpty: (String) -> Bool)?,
        after: (route: SnapshotRoute, isEmpty: (String) -> Bool)?
    ) {
        func owned(_ side: (route: SnapshotRoute, isEmpty: (String) -> Bool)?) -> [Owned] {
            guard let (route, isEmpty) = side else { return [(Bucket.count, nil)] }
            let deal = Deal(
                weights: route.split.map(\.buckets), isEmpty: route.split.map { isEmpty($0.group) },
                onEmpty: route.onEmpty)
            return deal.intervals.map { ($0.upperBound, $0.entry.map { route.split[$0].group }) }
        }
        self.before = owned(before)
        self.after = owned(after)
    }

    /// Buckets by their owner, before and after; under nil those that nobody can serve.
    var shares: (before: [String?: Int], after: [String?: Int]) {
        func sums(_ owned: [Owned]) -> [String?: Int] {
            var lowerBound = 0
            return owned.reduce(into: [:]) { sums, interval in
                sums[interval.group, default: 0] += interval.upperBound - lowerBound
                lowerBound = interval.upperBound
            }
        }
        return (sums(before), sums(after))
    }

    /// The buckets whose owner is another one: what moves when keys keep their buckets.
    var changedBuckets: Int {
        var (changed, lowerBound, old, new) = (0, 0, 0, 0)
        while old < before.count, new < after.count {
            let upperBound = min(before[old].upperBound, after[new].upperBound)
            if before[old].group != after[new].group { changed += upperBound - lowerBound }
            if before[old].upperBound == upperBound { old += 1 }
            if after[new].upperBound == upperBound { new += 1 }
            lowerBound = upperBound
        }
        return changed
    }

    /// What the owners gain, in buckets: half the L1 distance. So much moves when each request draws its bucket.
    var gainedBuckets: Int {
        let (old, new) = shares
        return new.reduce(0) { $0 + max(0, $1.value - (old[$1.key] ?? 0)) }
    }

    /// What moves, in buckets, when keys get buckets that have nothing to do with those they had: all but those that
    /// happen to fall to the same owner.
    var redealtBuckets: Int {
        let (old, new) = shares
        let same = old.reduce(0) { $0 + $1.value * (new[$1.key] ?? 0) }
        return Bucket.count - (same + Bucket.count / 2) / Bucket.count
    }
}
