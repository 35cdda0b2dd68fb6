internal import HashTreeCollections
package import RoutingModel

/// A snapshot made ready for deciding requests. Belongs to one event loop: it holds the balancers' turns.
package final class RouteTable {
    package let index: Int
    package let revision: Int
    let routes: [CompiledRoute]
    private let hosts: HostIndex
    private let groups: [String: PeerGroup]

    /// - Throws: `CompileError` when the snapshot contradicts itself or a regular expression doesn't compile.
    package init(_ snapshot: Snapshot) throws(CompileError) {
        index = snapshot.index
        revision = snapshot.revision
        var groups: [String: PeerGroup] = [:]
        for (name, group) in snapshot.groups {
            let start = group.peers.isEmpty ? 0 : Int.random(in: 0..<group.peers.count)
            groups[name] = PeerGroup(name: name, group: group, start: start)
        }
        var routes: [CompiledRoute] = []
        routes.reserveCapacity(snapshot.routes.count)
        for route in snapshot.routes.values.sorted(by: RoutePrecedence.goesBefore) {
            routes.append(try CompiledRoute(route, groups: groups))
        }
        self.groups = groups
        self.routes = routes
        hosts = HostIndex(routes)
    }

    /// Makes a table off the event loop that it will belong to.
    package static func compile(_ snapshot: Snapshot) throws(CompileError) -> sending RouteTable {
        try RouteTable(snapshot)
    }

    /// Takes over the turns of `old`'s groups whose peers are the same: call it on the loop, before the swap.
    package func adopt(_ old: RouteTable) {
        for (name, group) in groups {
            if let before = old.groups[name] { group.adopt(before) }
        }
    }

    /// - Parameter randomBucket: gives 0 ..< 10,000 for a request without a sticky key.
    package func decide(
        _ request: some RoutableRequest, randomBucket: () -> Int = { Int.random(in: 0..<Bucket.count) }
    ) -> Decision {
        guard let route = hosts.find(request) else { return .noRoute }
        if let (_, group) = route.forced(request) {
            if !group.isEmpty {
                return .forward(Selection(route: route.name, group: group, bucket: nil, forced: true))
            }
            // An empty forced group is an empty group like any other: its requests go to the split, or fail.
            if route.source.onEmpty == .fail { return .noPeer(route: route.name, group: group.name, bucket: nil) }
        }
        let bucket = route.key(of: request).map { Bucket.of(key: $0, salt: route.salt) } ?? randomBucket()
        guard let entry = route.deal.entry(of: bucket) else {
            return .noPeer(route: route.name, group: nil, bucket: bucket)
        }
        return .forward(Selection(route: route.name, group: route.groups[entry], bucket: bucket, forced: false))
    }
}

@available(*, unavailable)
extension RouteTable: Sendable {}
