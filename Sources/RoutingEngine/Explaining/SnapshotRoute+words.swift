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

    func hostFailure(_ request: RequestFacts) -> String {
        "host '\(request.host.shortened)' is not \(match.hosts.map(\.description).listed)"
    }

    func pathFailure(_ request: RequestFacts) -> String {
        let path = request.path.shortened
        switch match.path {
        case .exact(let exact): return "path '\(path)' is not exactly \(exact)"
        case .prefix(let prefix): return "path '\(path)' is not below \(prefix)"
        case .regex(let pattern): return "path '\(path)' does not match \(pattern)"
        }
    }

    func matchReason(host: HostPattern?) -> String {
        var parts = [host.map { "host \($0)" } ?? "any host", "path \(match.path)"]
        if !match.methods.isEmpty { parts.append("method") }
        for (count, what) in [(match.headers.count, "header"), (match.query.count, "query parameter")] where count > 0 {
            parts.append(count == 1 ? what : "\(count) \(what)s")
        }
        return parts.joined(separator: ", ")
    }
}

extension CompiledRoute {
    /// Why path or conditions don't hold; nil when all do.
    func failure(_ request: RequestFacts) -> String? {
        request.withReader { reader in
            guard code.matches(path: reader.view.path) else { return source.pathFailure(request) }
            switch code.firstFailure(reader) {
            case .method?: return "method \(request.method.shortened) is not \(source.match.methods.listed)"
            case .header(let place)?:
                return "header \(words(source.match.headers[place], reader.header(code.headers[place].name)))"
            case .query(let place)?:
                return "query parameter \(words(source.match.query[place], reader.parameter(code.query[place].name)))"
            case nil: return nil
            }
        }
    }

    private func words(_ condition: ValueMatch, _ value: ByteText?) -> String {
        let found =
            value.map { "the request has '\(String(decoding: $0, as: UTF8.self).shortened)'" }
            ?? "the request does not have it"
        return "\(condition) does not hold: \(found)"
    }

    func forceWords(_ rule: Int) -> String {
        switch source.force[rule].condition {
        case .header(let match): return "header \(match)"
        case .cookie(let match): return "cookie \(match)"
        }
    }

    /// The value that decides the bucket; nil when the route isn't sticky or the request doesn't have it.
    func stickyKey(of request: RequestFacts) -> String? {
        guard let sticky = code.sticky else { return nil }
        return request.withReader { sticky.value($0).map { String(decoding: $0, as: UTF8.self) } }
    }

    /// What is hashed after the key.
    var salt: String { source.sticky?.salt ?? source.name }
}

extension String {
    /// Not more of a request than a reader wants to see.
    fileprivate var shortened: String { count > 200 ? "\(prefix(200))…" : self }
}

extension [String] {
    /// `a`, `a or b`, `a, b or c`; the first ten of them.
    fileprivate var listed: String {
        if count > 10 { return "\(prefix(10).joined(separator: ", ")) or one of \(count - 10) more" }
        guard let last, count > 1 else { return first ?? "" }
        return "\(dropLast().joined(separator: ", ")) or \(last)"
    }
}
