import HashTreeCollections
import RoutingModel

extension Snapshot {
    /// One route for everything, split over groups of peers on ports of 127.0.0.1.
    static func routing(
        index: Int = 1,
        _ groups: [(name: String, buckets: Int, ports: [Int])],
        match: RouteMatch = RouteMatch(),
        sticky: Stickiness? = nil,
        settings: RouteSettings = RouteSettings(),
        group: GroupSettings = GroupSettings()
    ) -> Snapshot {
        Snapshot(
            index: index,
            revision: index,
            groups: TreeDictionary(uniqueKeysWithValues: groups.map { ($0.name, .on($0.ports, settings: group)) }),
            routes: [
                "all": SnapshotRoute(
                    name: "all",
                    match: match,
                    priority: 0,
                    force: [],
                    split: groups.map { SnapshotSplit(group: $0.name, buckets: $0.buckets) },
                    sticky: sticky,
                    onEmpty: .redistribute,
                    settings: settings
                )
            ]
        )
    }

    /// One route for everything to one group.
    static func to(
        _ ports: Int..., index: Int = 1, settings: RouteSettings = RouteSettings(),
        group: GroupSettings = GroupSettings()
    ) -> Snapshot {
        .routing(index: index, [(name: "star", buckets: 10_000, ports: ports)], settings: settings, group: group)
    }

    /// What no worker can apply: a regular expression that isn't one.
    static func broken(index: Int) -> Snapshot {
        .routing(index: index, [(name: "star", buckets: 10_000, ports: [1])], match: RouteMatch(path: .regex("(")))
    }
}

extension SnapshotGroup {
    static func on(_ ports: [Int], settings: GroupSettings = GroupSettings()) -> SnapshotGroup {
        SnapshotGroup(
            policy: .roundRobin,
            peers: ports.map {
                SnapshotPeer(
                    id: PeerID(staticAddress: "127.0.0.1", port: $0),
                    address: "127.0.0.1",
                    port: $0,
                    weight: 1
                )
            },
            settings: settings
        )
    }
}
