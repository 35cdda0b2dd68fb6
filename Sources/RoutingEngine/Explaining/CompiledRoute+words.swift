internal import RoutingModel

extension CompiledRoute {
    /// The most specific of the route's hosts that matches `host`: `.some(nil)` when the route is for any host,
    /// nil when none matches.
    func bestHost(for host: String) -> HostPattern?? {
        let hosts = source.match.hosts
        if hosts.isEmpty { return .some(nil) }
        let matching = hosts.filter { pattern in
            switch pattern {
            case .any: return true
            case .exact(let name): return ByteKey(name) == ByteKey(host)
            case .wildcard(let suffix):
                return host.utf8.count > suffix.utf8.count && host.utf8.reversed().starts(with: suffix.utf8.reversed())
            }
        }
        return matching.min { RoutePrecedence.hostRank($0) < RoutePrecedence.hostRank($1) }.map { .some($0) }
    }

    func hostFailure(_ request: some RoutableRequest) -> String {
        "host '\(request.host)' is not \(source.match.hosts.map(\.description).joined(separator: ", "))"
    }

    /// Why the path doesn't match; nil when it does.
    func pathFailure(_ request: some RoutableRequest) -> String? {
        let matches: Bool
        switch source.match.path {
        case .exact(let path): matches = ByteKey(path) == ByteKey(request.path)
        case .prefix(let prefix):
            let key = PathIndex.key(forPrefix: prefix)
            matches = ByteKey(key) == ByteKey(request.path) || request.path.utf8.starts(with: (key + "/").utf8)
        case .regex: matches = pathRegex?.matches(request.path) == true
        }
        return matches ? nil : "path '\(request.path)' is not \(source.match.path)"
    }

    /// Why a condition beside host and path doesn't hold; nil when all do.
    func failure(_ request: some RoutableRequest) -> String? {
        switch firstFailure(request) {
        case .method?: return "method \(request.method) is not one of \(source.match.methods.joined(separator: ", "))"
        case .header(let place)?: return "header does not hold: \(headers[place].words)"
        case .query(let place)?: return "query parameter does not hold: \(query[place].words)"
        case nil: return nil
        }
    }

    func matchReason(host: HostPattern?) -> String {
        var parts = [host.map { "host \($0)" } ?? "any host", "path \(source.match.path)"]
        if source.match.conditionCount > 0 { parts.append("\(source.match.conditionCount) more conditions") }
        return parts.joined(separator: ", ")
    }

    func forceWords(_ rule: Int) -> String? {
        guard force.indices.contains(rule) else { return nil }
        return "\(force[rule].isCookie ? "cookie" : "header") \(force[rule].condition.words)"
    }
}
