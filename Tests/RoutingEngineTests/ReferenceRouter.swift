import HashTreeCollections
import RoutingEngine
import RoutingModel

/// What the rules say of a request, the plain way: every route is tested, and the best of those that match is taken.
/// What indexes and compiled tables come to is compared with this.
struct ReferenceRouter {
    struct Request {
        var method = "GET"
        var host = "h"
        var path = "/"
        var query = ""
        var headers: [(name: String, value: String)] = []
        var sourceIP = "192.0.2.1"

        var facts: RequestFacts {
            RequestFacts(
                method: method, authority: host, target: query.isEmpty ? path : "\(path)?\(query)", headers: headers,
                sourceIP: sourceIP)
        }

        func header(_ name: String) -> String? {
            let values = headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
            return values.isEmpty ? nil : values.joined(separator: name.lowercased() == "cookie" ? "; " : ",")
        }

        func cookie(_ name: String) -> String? {
            for pair in (header("cookie") ?? "").split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, parts[0].drop(while: Self.isBlank) == name else { continue }
                return String(String(parts[1].reversed().drop(while: Self.isBlank)).reversed())
            }
            return nil
        }

        func parameter(_ name: String) -> String? {
            for pair in query.split(separator: "&") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts[0] == name { return parts.count == 2 ? String(parts[1]) : "" }
            }
            return nil
        }

        private static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
    }

    struct Answer: Equatable {
        var outcome: Decision.Outcome
        var route: String?
        var group: String?
        var entry = -1
        var bucket = -1
    }

    let snapshot: Snapshot

    func decide(_ request: Request, randomBucket: Int) -> Answer {
        let matching = snapshot.routes.values.compactMap { route in
            hostRank(route, request.host).map { (route, $0) }
        }.filter { matches($0.0, request) }
        guard let (route, _) = matching.min(by: { precedes($0, $1) }) else { return Answer(outcome: .noRoute) }
        for rule in route.force where holds(rule, request) {
            if !isEmpty(rule.group) { return Answer(outcome: .forward, route: route.name, group: rule.group) }
            if route.onEmpty == .fail { return Answer(outcome: .noPeer, route: route.name, group: rule.group) }
            break
        }
        var bucket = randomBucket
        if let key = key(route, request), !key.isEmpty {
            bucket = Int(XXHash64.hash("\(key)|\(route.sticky?.salt ?? route.name)") % 10_000)
        }
        let deal = Deal(
            weights: route.split.map(\.buckets), isEmpty: route.split.map { isEmpty($0.group) }, onEmpty: route.onEmpty)
        guard let entry = deal.entry(of: bucket) else {
            return Answer(outcome: .noPeer, route: route.name, bucket: bucket)
        }
        return Answer(
            outcome: .forward, route: route.name, group: route.split[entry].group, entry: entry, bucket: bucket)
    }

    private func isEmpty(_ group: String) -> Bool { snapshot.groups[group]?.peers.isEmpty ?? true }

    /// Of the best of the route's hosts that matches; smaller is better.
    private func hostRank(_ route: SnapshotRoute, _ host: String) -> Int? {
        if route.match.hosts.isEmpty { return 1 }
        return route.match.hosts.filter { pattern in
            switch pattern {
            case .any: return true
            case .exact(let name): return name == host
            case .wildcard(let suffix): return host.hasSuffix(suffix) && host != suffix
            }
        }.map { RoutePrecedence.hostRank($0) }.min()
    }

    private func pathRank(_ path: PathMatch) -> Int {
        switch path {
        case .exact: return Int.min
        case .prefix(let prefix): return -trimmed(prefix).count
        case .regex: return 1
        }
    }

    private func trimmed(_ prefix: String) -> String {
        var prefix = prefix
        while prefix.hasSuffix("/") { prefix.removeLast() }
        return prefix
    }

    private func precedes(_ one: (SnapshotRoute, Int), _ other: (SnapshotRoute, Int)) -> Bool {
        func rank(_ side: (SnapshotRoute, Int)) -> [Int] {
            [side.1, -side.0.priority, pathRank(side.0.match.path), -side.0.match.conditionCount]
        }
        let (left, right) = (rank(one), rank(other))
        return left == right ? one.0.name < other.0.name : left.lexicographicallyPrecedes(right)
    }

    private func matches(_ route: SnapshotRoute, _ request: Request) -> Bool {
        let match = route.match
        switch match.path {
        case .exact(let path): if path != request.path { return false }
        case .prefix(let prefix):
            let prefix = trimmed(prefix)
            if request.path != prefix, !request.path.hasPrefix(prefix + "/") { return false }
        case .regex(let pattern): if !isMatch(pattern, request.path) { return false }
        }
        return (match.methods.isEmpty || match.methods.contains(request.method))
            && match.headers.allSatisfy { holds($0, request.header($0.name)) }
            && match.query.allSatisfy { holds($0, request.parameter($0.name)) }
    }

    private func holds(_ rule: ForceRule, _ request: Request) -> Bool {
        switch rule.condition {
        case .header(let match): return holds(match, request.header(match.name))
        case .cookie(let match): return holds(match, request.cookie(match.name))
        }
    }

    private func holds(_ match: ValueMatch, _ value: String?) -> Bool {
        let passes: Bool
        switch (match.test, value) {
        case (.present(let flag), _): passes = flag == (value != nil)
        case (_, nil): passes = false
        case (.exact(let text), let value?): passes = value == text
        case (.prefix(let text), let value?): passes = value.hasPrefix(text)
        case (.suffix(let text), let value?): passes = value.hasSuffix(text)
        case (.regex(let pattern), let value?): passes = isMatch(pattern, value)
        }
        return passes != match.invert
    }

    private func isMatch(_ pattern: String, _ text: String) -> Bool {
        (try? RegularExpression(pattern))?.matches(text) ?? false
    }

    private func key(_ route: SnapshotRoute, _ request: Request) -> String? {
        switch route.sticky?.key {
        case .header(let name)?: return request.header(name)
        case .cookie(let name)?: return request.cookie(name)
        case .query(let name)?: return request.parameter(name)
        case .sourceIP?: return request.sourceIP
        case nil: return nil
        }
    }
}
