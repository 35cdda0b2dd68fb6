package import HashTreeCollections
package import RoutingModel

/// From rules and catalog to what workers get. Pure: the same input gives the same output, byte for byte.
package enum Resolver {
    /// The peers that `group` has, given what is known of its service and what operators say over it.
    package static func resolve(
        _ name: String, _ group: Group, in catalog: Catalog,
        overrides: TreeDictionary<String, StoredRule<Override>> = [:]
    ) -> ResolvedGroup {
        var peers: [ResolvedPeer] = []
        if let selector = group.consul, let service = catalog.services[selector.key] {
            peers.reserveCapacity(service.instances.count + group.peers.count)
            for instance in service.instances.values where selector.selects(instance) {
                let override = overrides.isEmpty ? nil : overrides[instance.id.description]?.value
                peers.append(
                    decided(peer(instance, in: name, selector), override, service.dampened[instance.id]))
            }
        }
        for listed in group.peers {
            let listed = peer(listed, in: name)
            let override = overrides.isEmpty ? nil : overrides[listed.id.description]?.value
            peers.append(decided(listed, override, nil))
        }
        peers.sort { $0.id < $1.id }
        return ResolvedGroup(
            name: name, policy: group.balance.policy,
            hashOn: group.balance.hashOn.map { Stickiness($0.key, salt: $0.salt ?? name) }, settings: group.settings,
            peers: withoutDuplicates(neverEmptied(peers)))
    }

    /// What workers get of `route`.
    package static func resolve(_ name: String, _ route: Route) -> SnapshotRoute {
        SnapshotRoute(
            name: name, match: route.match, priority: route.priority, force: route.force,
            split: route.split.map {
                SnapshotSplit(
                    group: $0.group, buckets: $0.weight.basisPoints, requestHeaders: $0.requestHeaders,
                    responseHeaders: $0.responseHeaders)
            },
            sticky: route.sticky.map { Stickiness($0.key, salt: $0.salt ?? name) }, onEmpty: route.onEmpty,
            settings: route.settings)
    }

    private static func peer(_ instance: Instance, in group: String, _ selector: ConsulSelector) -> ResolvedPeer {
        let state: ResolvedPeer.State
        let reason: String
        let isWarning = instance.health == .warning
        // The HTTP API leaves it to its reader to give an instance in `warning` its warning weight.
        let weight = isWarning ? instance.weights.warning : instance.weights.passing
        switch instance.health {
        case .passing where weight == 0, .warning where weight == 0 && selector.includeWarning:
            (state, reason) = (.zeroWeight, "Consul: \(instance.health.rawValue), with weight 0.")
        case .passing:
            (state, reason) = (.active, "Consul: passing.")
        case .warning where selector.includeWarning:
            (state, reason) = (.active, "Consul: warning; the group includes warning.")
        case .warning:
            (state, reason) = (.unhealthy, "Consul: warning; the group does not include warning.")
        case .critical:
            (state, reason) = (.unhealthy, "Consul: critical.")
        case .maintenance:
            (state, reason) = (.unhealthy, "Consul: in maintenance.")
        }
        return ResolvedPeer(
            id: instance.id, group: group, service: instance.service, address: instance.address, port: instance.port,
            health: instance.health, weight: weight, isBackup: selector.isBackup(instance), state: state,
            reason: reason)
    }

    private static func peer(_ listed: StaticPeer, in group: String) -> ResolvedPeer {
        ResolvedPeer(
            id: listed.id, group: group, service: nil, address: listed.address, port: listed.port, health: nil,
            weight: listed.weight, isBackup: listed.isBackup, state: listed.weight == 0 ? .zeroWeight : .active,
            reason: listed.weight == 0 ? "Listed with weight 0." : "Listed by the operator.")
    }

    /// What is said of a peer beyond its health: first the operator's weight, which may put it in or out; then that it
    /// came and went too often, which keeps out only who would be used; last the operator's state, which nothing undoes.
    private static func decided(_ peer: ResolvedPeer, _ override: Override?, _ damping: Damping?) -> ResolvedPeer {
        guard let override else { return dampened(peer, damping) }
        return dampened(peer.weighted(by: override), damping).stopped(by: override)
    }

    /// A peer that would be used, unless it came and went too often.
    private static func dampened(_ peer: ResolvedPeer, _ damping: Damping?) -> ResolvedPeer {
        guard let damping, peer.isUsable else { return peer }
        return peer.with(
            .dampened,
            "\(peer.reason) Kept out: its usability changed \(damping.changes) times since \(damping.since); it comes back "
                + "at \(damping.until) if it stays calm.")
    }

    /// A peer that comes and goes is better than none.
    private static func neverEmptied(_ peers: [ResolvedPeer]) -> [ResolvedPeer] {
        guard !peers.contains(where: \.isUsable) else { return peers }
        return peers.map { peer in
            guard peer.state == .dampened else { return peer }
            return peer.with(.active, "\(peer.reason) Used all the same: the group has no other usable peer.")
        }
    }

    private struct Place: Hashable {
        let address: String
        let port: Int

        init(_ peer: ResolvedPeer) {
            // Only of an IPv6 address is there more than one spelling.
            let isIPv6 = peer.address.utf8.contains(UInt8(ascii: ":"))
            address = isIPv6 ? IPAddress(peer.address)?.description ?? peer.address : peer.address
            port = peer.port
        }
    }

    /// A balancer must see each address once: two registrations of one process would get a double share. Who is a backup
    /// under one of them and not under the other is none.
    private static func withoutDuplicates(_ peers: [ResolvedPeer]) -> [ResolvedPeer] {
        var peers = peers
        var owners: [Place: PeerID] = Dictionary(minimumCapacity: peers.count)
        let order = peers.indices.filter { !peers[$0].isBackup } + peers.indices.filter { peers[$0].isBackup }
        for index in order where peers[index].isUsable {
            let peer = peers[index]
            let place = Place(peer)
            guard let owner = owners[place] else {
                owners[place] = peer.id
                continue
            }
            peers[index] = peer.with(
                .duplicate, "Has the same address and port as \(owner), which gets its requests.")
        }
        // Who is taken out by its id should know that its process is there under another.
        for (index, peer) in peers.enumerated() where peer.state == .draining || peer.state == .disabled {
            guard let owner = owners[Place(peer)] else { continue }
            peers[index] = peer.with(
                peer.state, "\(peer.reason) \(owner), at the same address and port, still gets requests.")
        }
        return peers
    }
}
