package import HashTreeCollections
internal import RoutingModel

extension RouteTable {
    /// Rules that one explanation lists.
    static let explainLimit = 1_000

    /// What would become of `request`, by the very code that decides requests.
    /// - Parameter groups: the groups as resolved, for the peers that didn't make it into the table.
    package func explain(_ request: some RoutableRequest, groups: TreeDictionary<String, ResolvedGroup>) -> Explanation
    {
        var outcome = Outcome()
        // With a fixed bucket the decision is the worker's own; whether the bucket is random is told apart below.
        let decision = decide(request, randomBucket: { -1 })
        let matched: CompiledRoute?
        switch decision {
        case .noRoute:
            matched = nil
            outcome.status = 404
            outcome.reason = "No route matches."
        case .noPeer(let name, let group, let bucket):
            matched = routes.first { $0.name == name }
            if let matched { outcome.describe(matched, request, group: group, bucket: bucket) }
        case .forward(let selection):
            matched = routes.first { $0.name == selection.route }
            if let matched {
                outcome.describe(matched, request, group: selection.group.name, bucket: selection.bucket)
            }
        }
        let ordered = candidates(for: request)
        let names = outcome.group.map { [$0] } ?? outcome.deal.compactMap(\.group)
        return Explanation(
            index: index, revision: revision,
            request: .init(
                method: request.method, host: request.host, path: request.path, query: request.query,
                sourceIP: request.sourceIP),
            tried: trace(Array(ordered.prefix(Self.explainLimit)), request, matched: matched),
            omitted: max(0, ordered.count - Self.explainLimit), status: outcome.status, route: matched?.name,
            forced: outcome.forced, stickyKey: outcome.key, salt: outcome.key == nil ? nil : matched?.salt,
            bucket: outcome.bucket, deal: outcome.deal, group: outcome.group, groupReason: outcome.reason,
            peers: Set(names).sorted().flatMap { groups[$0]?.peers ?? [] })
    }

    /// All routes, in the order in which `request` meets them; those for other hosts last.
    private func candidates(for request: some RoutableRequest) -> [(route: CompiledRoute, host: HostPattern??)] {
        let ranked = routes.enumerated().map { place, route in
            let host = route.bestHost(for: request.host)
            let rank = host.map { RoutePrecedence.hostRank($0) } ?? Int.max
            return (place: place, rank: rank, route: route, host: host)
        }
        // `routes` is in the order that holds among equal hosts.
        return ranked.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.map { ($0.route, $0.host) }
    }

    private func trace(
        _ candidates: [(route: CompiledRoute, host: HostPattern??)], _ request: some RoutableRequest,
        matched: CompiledRoute?
    ) -> [Explanation.Candidate] {
        var winner: String?
        return candidates.map { route, host in
            if let winner {
                let reason = host == nil ? route.hostFailure(request) : "route '\(winner)' goes first"
                return .init(route: route.name, result: host == nil ? .noMatch : .notTried, reason: reason)
            }
            if host == nil {
                return .init(route: route.name, result: .noMatch, reason: route.hostFailure(request))
            }
            if let reason = route.pathFailure(request) ?? route.failure(request) {
                return .init(route: route.name, result: .noMatch, reason: reason)
            }
            winner = route.name
            return .init(route: route.name, result: .match, reason: route.matchReason(host: host ?? nil))
        }
    }
}

/// What `explain` says of the route that matched.
private struct Outcome {
    var status = 200
    var forced = false
    var key: String?
    var bucket: Int?
    var group: String?
    var reason = ""
    var deal: [Explanation.Share] = []

    mutating func describe(
        _ route: CompiledRoute, _ request: some RoutableRequest, group decided: String?, bucket decidedBucket: Int?
    ) {
        let force = route.forced(request)
        if let force, let words = route.forceWords(force.rule), decidedBucket == nil {
            forced = true
            group = force.group.name
            status = force.group.isEmpty ? 503 : 200
            reason = "Forced: \(words)."
            if force.group.isEmpty { reason += " The group has no usable peer and the route says on_empty fail." }
            return
        }
        var lower = 0
        for interval in route.deal.intervals {
            let owner = interval.entry.map { route.groups[$0].name }
            deal.append(.init(group: owner, from: lower, to: interval.upperBound))
            lower = interval.upperBound
        }
        key = route.key(of: request)
        if key != nil, let decidedBucket {
            bucket = decidedBucket
            group = decided
            status = decided == nil ? 503 : 200
            reason =
                decided.map { "Bucket \(decidedBucket) belongs to '\($0)'." }
                ?? "Bucket \(decidedBucket) falls to a group that has no usable peer."
        } else {
            let why = route.stickyKey == nil ? "the route is not sticky" : "the request does not have the sticky key"
            if deal.count == 1 {
                group = deal[0].group
                status = deal[0].group == nil ? 503 : 200
                reason = deal[0].group == nil ? "No group has a usable peer." : "The only group that gets anything."
            } else {
                reason = "Random for each request: \(why)."
            }
        }
        if let force, force.group.isEmpty {
            reason += " (A force rule asks for '\(force.group.name)', which has no usable peer.)"
        }
    }
}
