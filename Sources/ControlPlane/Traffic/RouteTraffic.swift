internal import RoutingEngine
package import RoutingModel

/// What became of a route's split: the shares that its rule asks for, those that workers deal by now, and those that
/// requests really got; and how the requests fared. `GET /v1/routes/{name}/stats`.
package struct RouteTraffic: Sendable, Encodable {
    package struct PeerLine: Sendable, Encodable {
        /// Nil: no peer was chosen, or workers have too many to count them apart.
        package let peer: PeerID?
        package let active: Int
        package let window: TrafficCounts
        package let total: TrafficCounts
    }

    package struct GroupLine: Sendable, Encodable {
        /// Nil: requests that came to no group.
        package let group: String?
        /// In percent, by the rule; nil for a group that isn't in the split.
        package let requestedShare: Double?
        /// In percent, after empty groups were dealt on; nil as above.
        package let effectiveShare: Double?
        /// In percent of the requests that nothing forced to a group, in the window; nil when there were none.
        package let observedShare: Double?
        /// The same since the workers' start.
        package let observedShareTotal: Double?
        package let active: Int
        package let window: TrafficCounts
        package let total: TrafficCounts
        /// By id.
        package let peers: [PeerLine]

        enum CodingKeys: String, CodingKey {
            case group, requestedShare = "requested_share", effectiveShare = "effective_share"
            case observedShare = "observed_share", observedShareTotal = "observed_share_total"
            case active, window, total, peers
        }
    }

    /// Whose word this is.
    package struct Reports: Hashable, Sendable, Encodable {
        /// Workers that have reported since they are known.
        package let workers: Int
        /// Live workers whose last report is older than a minute, or that have sent none.
        package let missing: Int
        /// The age of the oldest of the last reports of live workers; nil without any.
        package let oldestSeconds: Double?

        enum CodingKeys: String, CodingKey { case workers, missing, oldestSeconds = "oldest_seconds" }

        package init(workers: Int, missing: Int, oldestSeconds: Double?) {
            self.workers = workers
            self.missing = missing
            self.oldestSeconds = oldestSeconds
        }
    }

    package let route: String
    /// What the window really covers: whole slots, and not more than is known.
    package let windowSeconds: Double
    package let reports: Reports
    /// In the order of the split; then those that only get forced requests, or got some earlier, by name.
    package let groups: [GroupLine]

    enum CodingKeys: String, CodingKey { case route, windowSeconds = "window_seconds", reports, groups }

    /// - Parameters:
    ///   - route: as it is in the snapshot; nil when it isn't in it yet.
    ///   - split: by the rule.
    ///   - isEmpty: whether a group has no usable peer.
    ///   - lines: what is known of the route's traffic.
    package init(
        name: String, rule: Route, lines: [TrafficBook.Line], window: TrafficBook.Window, reports: Reports,
        isEmpty: (String) -> Bool
    ) {
        route = name
        windowSeconds = TrafficCounts.rounded(window.covered)
        self.reports = reports
        let effective = Self.effectiveShares(rule, isEmpty)
        var requested: [String: Double] = [:]
        for entry in rule.split { requested[entry.group, default: 0] += entry.weight.value }
        let byGroup = Dictionary(grouping: lines, by: \.key.group)
        let all = (
            recent: lines.reduce(0) { $0 + Self.dealt($1.recent) }, total: lines.reduce(0) { $0 + Self.dealt($1.total) }
        )
        groups = Self.order(rule, byGroup.keys).map { group in
            let lines = byGroup[group] ?? []
            var (recent, total) = (TrafficCounters(), TrafficCounters())
            for line in lines {
                recent.add(line.recent)
                total.add(line.total)
            }
            return GroupLine(
                group: group, requestedShare: group.flatMap { requested[$0] },
                effectiveShare: group.flatMap { requested[$0] == nil ? nil : effective[$0] ?? 0 },
                observedShare: Self.share(Self.dealt(recent), of: all.recent),
                observedShareTotal: Self.share(Self.dealt(total), of: all.total),
                active: lines.reduce(0) { $0 + $1.active },
                window: TrafficCounts(recent, seconds: window.covered), total: TrafficCounts(total),
                peers: Self.peers(lines, window))
        }
    }

    private static func peers(_ lines: [TrafficBook.Line], _ window: TrafficBook.Window) -> [PeerLine] {
        lines.sorted { ($0.key.peer?.description ?? "") < ($1.key.peer?.description ?? "") }.map { line in
            PeerLine(
                peer: line.key.peer, active: line.active,
                window: TrafficCounts(line.recent, seconds: window.covered), total: TrafficCounts(line.total))
        }
    }

    /// Requests that the split dealt.
    private static func dealt(_ counters: TrafficCounters) -> Int {
        counters[TrafficCounters.Place.requests] - counters[TrafficCounters.Place.forced]
    }

    private static func share(_ part: Int, of whole: Int) -> Double? {
        whole > 0 ? TrafficCounts.rounded(Double(part) * 100 / Double(whole)) : nil
    }

    private static func effectiveShares(_ rule: Route, _ isEmpty: (String) -> Bool) -> [String: Double] {
        let deal = Deal(
            weights: rule.split.map(\.weight.basisPoints), isEmpty: rule.split.map { isEmpty($0.group) },
            onEmpty: rule.onEmpty)
        var buckets: [String: Int] = [:]
        var lowerBound = 0
        for interval in deal.intervals {
            if let entry = interval.entry {
                buckets[rule.split[entry].group, default: 0] += interval.upperBound - lowerBound
            }
            lowerBound = interval.upperBound
        }
        return buckets.mapValues { Double($0) / 100 }
    }

    private static func order(_ rule: Route, _ counted: some Sequence<String?>) -> [String?] {
        var order: [String?] = []
        for entry in rule.split where !order.contains(entry.group) { order.append(entry.group) }
        let rest = rule.groups.union(counted.compactMap(\.self)).subtracting(order.compactMap(\.self))
        order += rest.sorted()
        if counted.contains(nil) { order.append(nil) }
        return order
    }
}
