package import RoutingModel

/// A route ready to be tested and dealt: everything that can be worked out before a request comes. Made once, shared by
/// every event loop's table.
package final class CompiledRoute {
    package let source: SnapshotRoute
    /// The groups' slots in the tables, in the order of the split.
    package let groups: [Int]
    let rank: RoutePrecedence.Rank
    let deal: Deal
    /// What requests are tested by.
    let code: RouteCode
    let priority: Int
    private let dealt: UnsafeBufferPointer<DealtBuckets>
    private let slots: UnsafeBufferPointer<Int>
    private let lease: NumberLease
    private let memory: CompiledMemory
    /// Of the deal, which may change without the rest.
    private let dealMemory: CompiledMemory

    package var name: String { source.name }

    /// Its place in the statistics of event loops: small, and not that of another route that anybody still holds. A
    /// route that changes keeps it.
    package let number: Int

    /// - Parameters:
    ///   - old: what the route was before.
    ///   - group: a group's slot, and whether it has no peers; nil when there is no such group.
    /// - Throws: `CompileError` when a group is missing, a regular expression doesn't compile, or the split isn't whole.
    init(
        _ route: SnapshotRoute, old: CompiledRoute?, numbers: NumberPool,
        group: (String) -> (slot: Int, isEmpty: Bool)?
    ) throws(CompileError) {
        var groups: [Int] = []
        var isEmpty: [Bool] = []
        for entry in route.split {
            guard let group = group(entry.group) else {
                throw CompileError(route: route.name, namesMissing: entry.group)
            }
            groups.append(group.slot)
            isEmpty.append(group.isEmpty)
        }
        if let mirror = route.settings.mirror, group(mirror.group) == nil {
            throw CompileError(route: route.name, namesMissing: mirror.group)
        }
        guard route.split.reduce(0, { $0 + $1.buckets }) == Bucket.count else {
            throw CompileError(reason: "route '\(route.name)' does not deal exactly \(Bucket.count) buckets")
        }
        let memory = CompiledMemory()
        code = try RouteCode(route, in: memory, slot: { group($0)?.slot })
        source = route
        rank = RoutePrecedence.Rank(route)
        priority = route.priority
        self.groups = groups
        slots = memory.list(groups)
        self.memory = memory
        lease = old?.lease ?? numbers.lease()
        number = lease.number
        deal = Deal(weights: route.split.map(\.buckets), isEmpty: isEmpty, onEmpty: route.onEmpty)
        dealMemory = CompiledMemory()
        dealt = dealMemory.list(deal.intervals.map(DealtBuckets.init))
    }

    /// `other` with its buckets dealt otherwise.
    private init(_ other: CompiledRoute, deal: Deal) {
        source = other.source
        rank = other.rank
        priority = other.priority
        code = other.code
        groups = other.groups
        slots = other.slots
        memory = other.memory
        lease = other.lease
        number = other.number
        self.deal = deal
        dealMemory = CompiledMemory()
        dealt = dealMemory.list(deal.intervals.map(DealtBuckets.init))
    }

    /// The same route when groups have become empty, or have got peers; nil when that changes nothing for it.
    /// - Parameter isEmpty: for each entry of the split, whether its group has no peers now.
    func dealtAnew(isEmpty: [Bool]) -> CompiledRoute? {
        let new = Deal(weights: source.split.map(\.buckets), isEmpty: isEmpty, onEmpty: source.onEmpty)
        return new == deal ? nil : CompiledRoute(self, deal: new)
    }

    /// The entry of the split that owns `bucket`; nil when nobody can serve it.
    @inline(__always)
    func entry(of bucket: Int) -> Int? {
        // A handful of intervals: walking them beats a binary search.
        for place in 0..<dealt.count where bucket < dealt[place].upperBound {
            let entry = Int(dealt[place].entry)
            return entry < 0 ? nil : entry
        }
        return nil
    }

    /// The slot of an entry's group.
    @inline(__always)
    func slot(of entry: Int) -> Int { slots[entry] }
}

// What its pointers lead to is written before it is made, and never after.
extension CompiledRoute: @unchecked Sendable {}

/// An interval of a deal, from the end of the one before.
private struct DealtBuckets: BitwiseCopyable {
    /// Exclusive.
    let upperBound: Int32
    /// A place in the split; -1 when nobody can serve these buckets.
    let entry: Int32

    init(_ interval: Deal.Interval) {
        upperBound = Int32(truncatingIfNeeded: interval.upperBound)
        entry = Int32(truncatingIfNeeded: interval.entry ?? -1)
    }
}
