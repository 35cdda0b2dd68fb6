package import HashTreeCollections
package import RoutingModel

extension Snapshot {
    /// Rules that one explanation lists.
    private static let explainLimit = 1_000

    /// What would become of `request`, by the very code that decides requests.
    ///
    /// Only what the request can come to is compiled: the routes for its host and path. So asking stays cheap among
    /// many routes.
    /// - Parameter groups: the groups as resolved, for the peers that didn't make it into the snapshot; of the same time
    ///   as the snapshot, or a little newer.
    /// - Throws: `CompileError`, when no worker could use these routes either.
    package func explain(
        _ request: RequestFacts, groups resolved: TreeDictionary<String, ResolvedGroup>
    ) throws(CompileError) -> Explanation {
        if let fault = request.fault { return refused(request, fault) }
        let (first, possible) = candidates(for: request)
        var compiler = TableCompiler()
        let table = RouteTable()
        let change = try compiler.compile(SnapshotUpdate(only(possible)))
        table.apply(change.prepared())

        var outcome = Outcome(groups: groups)
        let matched: CompiledRoute?
        // With a fixed bucket the decision is the worker's own; whether the bucket is random is told apart below.
        let decision = table.decide(request, randomBucket: { -1 })
        if let route = decision.route {
            matched = route
            outcome.describe(
                route, request, group: decision.group?.name, bucket: decision.isForced ? nil : decision.bucket)
        } else {
            matched = nil
            outcome.status = 404
            outcome.reason = "No route matches."
        }
        let names = outcome.group.map { [$0] } ?? outcome.deal.compactMap(\.group)
        return Explanation(
            index: index, revision: revision,
            request: .init(
                method: request.method, host: request.host, path: request.path, query: request.query,
                sourceIP: request.sourceIP),
            tried: trace(first, request, compiler.routes),
            omitted: routes.count - first.count, status: outcome.status, route: matched?.name,
            forced: outcome.forced, stickyKey: outcome.key, salt: outcome.key == nil ? nil : matched?.salt,
            bucket: outcome.bucket, deal: outcome.deal, group: outcome.group, groupReason: outcome.reason,
            peers: Set(names).sorted().flatMap { peers(of: resolved[$0], name: $0) })
    }

    /// No rule has a say: the proxy reads the request and answers it itself.
    private func refused(_ request: RequestFacts, _ fault: TargetFault) -> Explanation {
        Explanation(
            index: index, revision: revision,
            request: .init(
                method: request.method, host: request.host, path: request.path, query: request.query,
                sourceIP: request.sourceIP),
            tried: [], omitted: routes.count, status: 400, route: nil, forced: false, stickyKey: nil, salt: nil,
            bucket: nil, deal: [], group: nil,
            groupReason: "No rule is looked at: a worker answers the request with 400, because \(fault.words).",
            peers: [])
    }

    /// A group's members, each with its share of the group's requests: by weight, as every balancer keeps to it.
    /// Backups have none while there are others.
    private func peers(of group: ResolvedGroup?, name: String) -> [ExplainedPeer] {
        let all = groups[name]?.peers ?? []
        let primary = all.filter { !$0.isBackup }
        let used = primary.isEmpty ? all : primary
        let total = max(used.reduce(0) { $0 + $1.weight }, 1)
        let weights = Dictionary(used.map { ($0.id, $0.weight) }, uniquingKeysWith: +)
        return (group?.peers ?? []).map { peer in
            ExplainedPeer(
                peer: peer,
                share: weights[peer.id].map { Percent(clamping: ($0 * Bucket.count + total / 2) / total) })
        }
    }

    /// The snapshot with no other routes than these, and the groups that they name.
    private func only(_ kept: [SnapshotRoute]) -> Snapshot {
        var few: TreeDictionary<String, SnapshotGroup> = [:]
        for route in kept {
            for name in route.split.map(\.group) + route.force.map(\.group) { few[name] = groups[name] }
            if let mirror = route.settings.mirror { few[mirror.group] = groups[mirror.group] }
        }
        return Snapshot(
            index: index, revision: revision, groups: few,
            routes: TreeDictionary(uniqueKeysWithValues: kept.map { ($0.name, $0) }))
    }

    /// The first of all routes in the order in which `request` meets them, those for other hosts last; and every route
    /// that it can come to.
    private func candidates(for request: RequestFacts) -> (first: [Candidate], possible: [SnapshotRoute]) {
        let all = Array(routes.values)
        var possible: [SnapshotRoute] = []
        // Places are sorted rather than routes, which are large.
        var order: [(host: Int, rank: RoutePrecedence.Rank, place: Int)] = []
        order.reserveCapacity(all.count)
        for (place, route) in all.enumerated() {
            let host = route.bestHost(for: request.host)
            if host != nil, route.mayMatch(path: request.path) { possible.append(route) }
            order.append((host.map { RoutePrecedence.hostRank($0) } ?? Int.max, RoutePrecedence.Rank(route), place))
        }
        order.sort { $0.host != $1.host ? $0.host < $1.host : $0.rank < $1.rank }
        let first = order.prefix(Self.explainLimit).map { entry in
            Candidate(route: all[entry.place], host: all[entry.place].bestHost(for: request.host))
        }
        return (first, possible)
    }

    private func trace(
        _ candidates: [Candidate], _ request: RequestFacts,
        _ compiled: TreeDictionary<String, CompiledRoute>
    ) -> [Explanation.Candidate] {
        var winner: String?
        return candidates.map { candidate in
            let route = candidate.route
            guard let host = candidate.host else {
                return .init(route: route.name, result: .noMatch, reason: route.hostFailure(request))
            }
            if let winner {
                return .init(route: route.name, result: .notTried, reason: "route '\(winner)' goes first")
            }
            // Not compiled: its path can't match.
            guard let tried = compiled[route.name] else {
                return .init(route: route.name, result: .noMatch, reason: route.pathFailure(request))
            }
            if let reason = tried.failure(request) {
                return .init(route: route.name, result: .noMatch, reason: reason)
            }
            winner = route.name
            return .init(route: route.name, result: .match, reason: route.matchReason(host: host))
        }
    }
}

/// A route, and how it stands to a request.
private struct Candidate {
    let route: SnapshotRoute
    /// As `bestHost` gives it.
    let host: HostPattern??
}

/// What `explain` says of the route that matched.
private struct Outcome {
    let groups: TreeDictionary<String, SnapshotGroup>
    var status = 200
    var forced = false
    var key: String?
    var bucket: Int?
    var group: String?
    var reason = ""
    var deal: [Explanation.Share] = []

    mutating func describe(
        _ route: CompiledRoute, _ request: RequestFacts, group decided: String?, bucket decidedBucket: Int?
    ) {
        let rule = request.withReader { route.code.forced($0) }
        let forcedGroup = rule.map { route.source.force[$0].group }
        let forcedIsEmpty = forcedGroup.map { groups[$0]?.peers.isEmpty ?? true } ?? false
        if let rule, decidedBucket == nil {
            forced = true
            group = forcedGroup
            status = forcedIsEmpty ? 503 : 200
            reason = "Forced: \(route.forceWords(rule))."
            if forcedIsEmpty { reason += " The group has no usable peer and the route says on_empty fail." }
            return
        }
        var lower = 0
        for interval in route.deal.intervals {
            let owner = interval.entry.map { route.source.split[$0].group }
            deal.append(.init(group: owner, from: lower, to: interval.upperBound))
            lower = interval.upperBound
        }
        key = route.stickyKey(of: request)
        if key != nil, let decidedBucket {
            bucket = decidedBucket
            group = decided
            status = decided == nil ? 503 : 200
            reason =
                decided.map { "Bucket \(decidedBucket) belongs to '\($0)'." }
                ?? "Bucket \(decidedBucket) falls to a group that has no usable peer."
        } else {
            let why =
                route.source.sticky == nil ? "the route is not sticky" : "the request does not have the sticky key"
            if deal.count == 1 {
                group = deal[0].group
                status = deal[0].group == nil ? 503 : 200
                reason = deal[0].group == nil ? "No group has a usable peer." : "The only group that gets anything."
            } else {
                reason = "Random for each request: \(why)."
            }
        }
        if let forcedGroup, forcedIsEmpty {
            reason += " (A force rule asks for '\(forcedGroup)', which has no usable peer.)"
        }
    }
}
