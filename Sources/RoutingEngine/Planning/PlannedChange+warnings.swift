internal import HashTreeCollections
internal import RoutingModel

extension PlannedChange {
    /// Groups without a usable peer, and groups that no route names any more.
    func groupWarnings(_ groups: [GroupEffect]) -> [PlanWarning] {
        var warnings: [PlanWarning] = []
        for group in groups where group.usableAfter == 0 && group.action != .deleted {
            // One that nobody writes and that was empty before is no news.
            guard group.isEmptied || group.action == .updated else { continue }
            warnings.append(
                PlanWarning(
                    "empty_group", "groups", group.name,
                    "Group '\(group.name)' would have no usable peer: \(whyEmpty(group.name))."))
        }
        // A group that is created by itself gets its route afterwards.
        var candidates: Set<String> = changes.count == 1 ? [] : Set(groupActions.filter { $0.value == .created }.keys)
        for case .route(_, let before?, _) in changes { candidates.formUnion(before.value.groups) }
        for name in candidates.sorted() where rules.groups[name] != nil && !rules.isUsed(name) {
            warnings.append(
                PlanWarning("unused_group", "groups", name, "Group '\(name)' would be named by no route."))
        }
        return warnings
    }

    private func whyEmpty(_ name: String) -> String {
        let peers = after.groups[name]?.peers ?? []
        if let first = peers.first {
            return peers.count == 1
                ? "its only peer is '\(first.id)' (\(first.reason))"
                : "of its \(peers.count) peers none gets requests; the first is '\(first.id)' (\(first.reason))"
        }
        guard let selector = rules.groups[name]?.value.consul else { return "it lists none" }
        guard let service = catalog.services[selector.key], service.watch.state != .pending else {
            return "service '\(selector.key)' is not watched yet, so nothing is known of its instances"
        }
        if service.instances.isEmpty { return "service '\(selector.key)' has no instance" }
        let count = service.instances.count
        return
            "none of the \(count) \(count == 1 ? "instance" : "instances") of service '\(selector.key)' has what its "
            + "selector asks for"
    }

    /// Requests that nobody would serve, and keys that are dealt anew.
    func routeWarnings(_ routes: [RouteEffect]) -> [PlanWarning] {
        var warnings: [PlanWarning] = []
        for route in routes where route.action != .deleted {
            if route.unservedAfter > route.unservedBefore {
                warnings.append(
                    PlanWarning(
                        "unserved", "routes", route.name,
                        "\(route.unservedAfter) % of the requests of route '\(route.name)' would be answered 503: no "
                            + "usable peer is left for them."))
            }
            if route.isDealtAnew {
                warnings.append(
                    PlanWarning(
                        "dealt_anew", "routes", route.name,
                        "The stickiness of route '\(route.name)' changes, so every key is dealt anew."))
            }
        }
        return warnings
    }

    /// Overrides of peers that aren't there, and those that take a group's last usable peer.
    func overrideWarnings() -> [PlanWarning] {
        var warnings: [PlanWarning] = []
        var missing: Set<PeerID> = []
        for case .override(let name, _, .some) in changes {
            let peer = PeerID(name)
            guard let groups = overridden[peer] else {
                missing.insert(peer)
                continue
            }
            for group in groups.sorted() where ends(peer, group) {
                warnings.append(
                    PlanWarning(
                        "override_ends_group", "overrides", name,
                        "The override takes the last usable peer of group '\(group)'."))
            }
        }
        return warnings + noSuchPeers(missing)
    }

    /// Whether `peer` is used by a group now, and neither it nor any other would be because of operators' words.
    private func ends(_ peer: PeerID, _ group: String) -> Bool {
        guard before.member(peer, of: group)?.isUsable == true,
            after.snapshotGroups[group]?.peers.isEmpty == true,
            let state = after.member(peer, of: group)?.state
        else { return false }
        return state == .draining || state == .disabled || state == .zeroWeight
    }

    private func noSuchPeers(_ peers: Set<PeerID>) -> [PlanWarning] {
        guard !peers.isEmpty else { return [] }
        var services: [PeerID: ServiceKey] = [:]
        for (service, members) in catalog.members(among: peers) {
            for peer in members { services[peer] = service }
        }
        let mayAppear = catalog.services.values.contains { $0.watch.state == .pending }
        return peers.map { peer in
            var message = "Peer '\(peer)' is in no group: the override has no effect until it is."
            if let service = services[peer] {
                message += " It is an instance of service '\(service)'."
            } else if mayAppear {
                message += " Some services are not known yet."
            }
            return PlanWarning("no_such_peer", "overrides", peer.description, message)
        }
    }
}
