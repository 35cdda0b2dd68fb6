internal import RoutingModel

extension SnapshotRoute {
    /// The most specific of the route's hosts that matches `host`: `.some(nil)` when the route is for any host,
    /// nil when none matches.
    func bestHost(for host: String) -> HostPattern?? {
        if match.hosts.isEmpty { return .some(nil) }
        var best: HostPattern?
        for pattern in match.hosts where Self.matches(pattern, host) {
            if let known = best, RoutePrecedence.hostRank(known) <= RoutePrecedence.hostRank(pattern) { continue }
            best = pattern
        }
        return best.map { .some($0) }
    }

    private static func matches(_ pattern: HostPattern, _ host: String) -> Bool {
        switch pattern {
        case .any: return true
        case .exact(let name): return ByteKey(name) == ByteKey(host)
        case .wildcard(let suffix):
            return host.utf8.count > suffix.utf8.count && host.utf8.reversed().starts(with: suffix.utf8.reversed())
        }
    }

    /// Whether the path can match: a regular expression is not looked at.
    func mayMatch(path: String) -> Bool {
        switch match.path {
        case .exact(let exact): return ByteKey(exact) == ByteKey(path)
        case .prefix(let prefix): return ByteKey(path).isBelow(PathIndex.key(forPrefix: prefix))
        case .regex: return true
        }
    }

    func hostFailure(_ request: some RoutableRequest) -> String {
        "host '\(request.host)' is not \(match.hosts.map(\.description).joined(separator: ", "))"
    }

    func pathFailure(_ request: some RoutableRequest) -> String { "path '\(request.path)' is not \(match.path)" }

    func matchReason(host: HostPattern?) -> String {
        var parts = [host.map { "host \($0)" } ?? "any host", "path \(match.path)"]
        if match.conditionCount > 0 { parts.append("\(match.conditionCount) more conditions") }
        return parts.joined(separator: ", ")
    }
}

extension CompiledRoute {
    /// Why path or conditions don't hold; nil when all do.
    func failure(_ request: some RoutableRequest) -> String? {
        guard matches(path: request.path) else { return source.pathFailure(request) }
        switch firstFailure(request) {
        case .method?: return "method \(request.method) is not one of \(source.match.methods.joined(separator: ", "))"
        case .header(let place)?: return "header does not hold: \(headers[place].words)"
        case .query(let place)?: return "query parameter does not hold: \(query[place].words)"
        case nil: return nil
        }
    }

    func forceWords(_ rule: Int) -> String {
        "\(force[rule].isCookie ? "cookie" : "header") \(force[rule].condition.words)"
    }
}
