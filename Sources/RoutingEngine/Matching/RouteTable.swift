package import RoutingModel

/// A snapshot made ready for deciding requests. Belongs to one event loop: it holds the balancers' turns.
///
/// It follows snapshots by taking in what is different. A change is applied between two requests, so each of them sees
/// the whole of one snapshot.
package final class RouteTable {
    package private(set) var index = 0
    package private(set) var revision = 0
    private var hosts = HostIndex()
    /// By slot.
    private var groups: [PeerGroup?] = []
    private let seed = UInt.random(in: 0...(.max))

    /// A table that has no route.
    package init() {}

    /// - Throws: `CompileError` when the snapshot contradicts itself or a regular expression doesn't compile.
    package convenience init(_ snapshot: Snapshot) throws(CompileError) {
        var compiler = TableCompiler()
        let change = try compiler.compile(SnapshotUpdate(snapshot))
        self.init()
        apply(change.prepared())
    }

    /// Takes in a change of the snapshot that it has now; call it on its loop.
    /// - Parameter change: prepared for this table alone.
    /// - Returns: what is of no use any more; let go of it where it doesn't hold up the loop.
    @discardableResult
    package func apply(_ change: PreparedChange) -> RetiredRoutes {
        index = change.index
        revision = change.revision
        for change in change.groups { apply(change) }
        guard let all = change.hosts else {
            for change in change.routes { apply(change) }
            return RetiredRoutes(hosts: nil)
        }
        defer { hosts = all }
        return RetiredRoutes(hosts: hosts)
    }

    private func apply(_ change: TableChange.Group) {
        let slot = change.slot
        while groups.count <= slot { groups.append(nil) }
        guard let new = change.new else {
            groups[slot] = nil
            return
        }
        if let group = groups[slot], group.name == new.name {
            group.change(to: new)
        } else {
            groups[slot] = PeerGroup(new, seed: seed &+ UInt(slot))
        }
    }

    private func apply(_ change: TableChange.Route) {
        if let old = change.old, !change.staysInPlace { hosts.remove(old) }
        if let new = change.new { hosts.insert(new) }
    }

    /// - Parameter randomBucket: gives 0 ..< 10,000 for a request without a sticky key.
    package func decide(
        _ request: some RoutableRequest, randomBucket: () -> Int = { Int.random(in: 0..<Bucket.count) }
    ) -> Decision {
        guard let route = hosts.find(request) else { return .noRoute }
        if let rule = route.forced(request), let group = groups[route.force[rule].group] {
            if !group.isEmpty {
                return .forward(Selection(route: route.name, group: group, bucket: nil, forced: true))
            }
            // An empty forced group is an empty group like any other: its requests go to the split, or fail.
            if route.source.onEmpty == .fail { return .noPeer(route: route.name, group: group.name, bucket: nil) }
        }
        let bucket = route.key(of: request).map { Bucket.of(key: $0, salt: route.salt) } ?? randomBucket()
        guard let entry = route.deal.entry(of: bucket), let group = groups[route.groups[entry]] else {
            return .noPeer(route: route.name, group: nil, bucket: bucket)
        }
        return .forward(Selection(route: route.name, group: group, bucket: bucket, forced: false))
    }
}

@available(*, unavailable)
extension RouteTable: Sendable {}
