package import RoutingModel

/// A snapshot made ready for deciding requests. Belongs to one event loop: it holds the balancers' turns.
///
/// It follows snapshots by taking in what is different. A change is applied between two requests, so each of them sees
/// the whole of one snapshot.
package final class RouteTable {
    /// What a decision looks at, as plain values: nothing is retained, checked or allocated on the way.
    private struct Hot: BitwiseCopyable {
        var hosts: UnsafeMutablePointer<HostIndex.Core>
        /// By slot.
        var groups: UnsafeMutablePointer<Unmanaged<PeerGroup>?>
        var groupCapacity: Int
        let memory: UnsafeMutablePointer<MatchScratch.Memory>
    }

    package private(set) var index = 0
    package private(set) var revision = 0
    private let hot: UnsafeMutablePointer<Hot>
    private let scratch = MatchScratch()
    private var hosts = HostIndex()
    /// By slot.
    private var groups: [PeerGroup?] = []
    private var slots: [String: Int] = [:]
    private let groupNumbers = NumberPool()
    private let peerNumbers = NumberPool()

    /// A table that has no route.
    package init() {
        hot = .allocate(capacity: 1)
        hot.initialize(
            to: Hot(hosts: hosts.core, groups: .allocate(capacity: 0), groupCapacity: 0, memory: scratch.memory))
    }

    deinit {
        hot.pointee.groups.deallocate()
        hot.deallocate()
    }

    /// - Throws: `CompileError` when the snapshot contradicts itself or a regular expression doesn't compile.
    package convenience init(_ snapshot: Snapshot) throws(CompileError) {
        var compiler = TableCompiler()
        let change = try compiler.compile(SnapshotUpdate(snapshot))
        self.init()
        apply(change.prepared())
    }

    // MARK: Decisions

    /// What becomes of `request`. Without a sticky key its bucket is drawn.
    package func decide(_ request: RequestView) -> Decision {
        let memory = hot.pointee.memory
        return decide(RequestReader(view: request, memory: memory)) { memory.pointee.random.below(Bucket.count) }
    }

    /// - Parameter randomBucket: gives 0 ..< 10,000 for a request without a sticky key.
    package func decide(_ request: RequestView, randomBucket: () -> Int) -> Decision {
        decide(RequestReader(view: request, memory: hot.pointee.memory), randomBucket: randomBucket)
    }

    /// As for a view: the same code, over a view of the facts.
    package func decide(_ facts: RequestFacts) -> Decision { facts.withView { decide($0) } }

    /// - Parameter randomBucket: gives 0 ..< 10,000 for a request without a sticky key.
    package func decide(_ facts: RequestFacts, randomBucket: () -> Int) -> Decision {
        facts.withView { decide($0, randomBucket: randomBucket) }
    }

    @inline(__always)
    private func decide(_ reader: RequestReader, randomBucket: () -> Int) -> Decision {
        let groups = hot.pointee.groups
        guard let found = hot.pointee.hosts.pointee.find(reader) else { return Decision(outcome: .noRoute) }
        return found._withUnsafeGuaranteedRef { route in
            if route.code.force.count > 0, let rule = route.code.forced(reader),
                let group = groups[route.code.force[rule].group]
            {
                let isEmpty = group._withUnsafeGuaranteedRef { $0.isEmpty }
                if !isEmpty { return Decision(outcome: .forward, route: found, group: group) }
                // An empty forced group is an empty group like any other: its requests go to the split, or fail.
                if route.code.failsOnEmpty { return Decision(outcome: .noPeer, route: found, group: group) }
            }
            let bucket: Int
            if let sticky = route.code.sticky, let hash = sticky.hash(reader) {
                bucket = Int(truncatingIfNeeded: hash % UInt64(Bucket.count))
            } else {
                bucket = randomBucket()
            }
            guard let entry = route.entry(of: bucket), let group = groups[route.slot(of: entry)] else {
                return Decision(outcome: .noPeer, route: found, bucket: bucket)
            }
            return Decision(outcome: .forward, route: found, group: group, entry: entry, bucket: bucket)
        }
    }

    // MARK: Groups

    /// The group of that name, if there is one.
    package func group(named name: String) -> PeerGroup? { slots[name].flatMap { groups[$0] } }

    /// Calls `body` with every group, in no order.
    package func eachGroup(_ body: (PeerGroup) -> Void) {
        for case let group? in groups { body(group) }
    }

    /// Another group that may serve a request of `route` when `tried` can't: one of the other entries of its split that
    /// have a share and a usable peer, drawn by their shares.
    /// - Parameters:
    ///   - route: may be of an older snapshot.
    ///   - randomBucket: 0 ..< 10,000; decides which one.
    /// - Returns: nil when there is none.
    package func otherGroup(
        of route: CompiledRoute, than tried: PeerGroup, randomBucket: Int
    ) -> (group: PeerGroup, entry: Int)? {
        let others = route.source.split.enumerated().compactMap { entry, split -> (PeerGroup, entry: Int, Int)? in
            guard split.buckets > 0, split.group != tried.name, let group = group(named: split.group),
                group.hasUsablePeer
            else { return nil }
            return (group, entry, split.buckets)
        }
        let total = others.reduce(0) { $0 + $1.2 }
        var left = randomBucket * total / Bucket.count
        for (group, entry, share) in others {
            if left < share { return (group, entry) }
            left -= share
        }
        return nil
    }

    // MARK: Changes

    /// Takes in a change of the snapshot that it has now; call it on its loop.
    /// - Parameters:
    ///   - change: prepared for this table alone.
    ///   - left: is called with each peer that no group has any more, such as to close its connections; it must
    ///     not use the table.
    /// - Returns: what is of no use any more; let go of it where it doesn't hold up the loop.
    @discardableResult
    package func apply(_ change: PreparedChange, left: (Peer) -> Void = { _ in }) -> RetiredRoutes {
        index = change.index
        revision = change.revision
        for change in change.groups { apply(change, left) }
        var retired: HostIndex?
        if let all = change.hosts {
            retired = hosts
            hosts = all
            hot.pointee.hosts = all.core
        } else {
            for change in change.routes { apply(change) }
        }
        scratch.reserve(hits: hosts.core.pointee.depth + 3, hosts: hosts.core.pointee.labels)
        return RetiredRoutes(hosts: retired)
    }

    private func apply(_ change: TableChange.Group, _ left: (Peer) -> Void) {
        let slot = change.slot
        reserve(slot)
        if let new = change.new, let group = groups[slot], group.name == new.name {
            group.change(to: new, change.difference, left: left)
            return
        }
        if let old = groups[slot] {
            slots[old.name] = nil
            old.dissolve(left)
        }
        groups[slot] = change.new.map { new in
            PeerGroup(
                new, change.difference, scratch: scratch, lease: groupNumbers.lease(), numbers: peerNumbers)
        }
        hot.pointee.groups[slot] = groups[slot].map { Unmanaged.passUnretained($0) }
        if let new = change.new { slots[new.name] = slot }
    }

    private func reserve(_ slot: Int) {
        guard slot >= hot.pointee.groupCapacity else { return }
        let capacity = max(slot + 1, hot.pointee.groupCapacity * 2)
        let new = UnsafeMutablePointer<Unmanaged<PeerGroup>?>.allocate(capacity: capacity)
        new.initialize(repeating: nil, count: capacity)
        for place in 0..<hot.pointee.groupCapacity { new[place] = hot.pointee.groups[place] }
        hot.pointee.groups.deallocate()
        hot.pointee.groups = new
        hot.pointee.groupCapacity = capacity
        groups += Array(repeating: nil, count: capacity - groups.count)
    }

    private func apply(_ change: TableChange.Route) {
        if let old = change.old, !change.staysInPlace { hosts.remove(old) }
        if let new = change.new { hosts.insert(new) }
    }
}

@available(*, unavailable)
extension RouteTable: Sendable {}
