internal import RoutingModel

/// The routes of one host, found by path in the order of precedence, in time that doesn't grow with their number
/// (regexes apart, which are tried one by one).
struct PathIndex {
    private struct Level {
        let priority: Int
        var exact: [ByteKey: [CompiledRoute]] = [:]
        /// By prefix without its final slash; the empty string is every path.
        var prefixes: [ByteKey: [CompiledRoute]] = [:]
        var regexes: [CompiledRoute] = []
    }

    /// Highest priority first.
    private var levels: [Level] = []

    /// - Parameter routes: in the order of `RoutePrecedence.goesBefore`.
    init(_ routes: [CompiledRoute]) {
        for route in routes {
            if levels.last?.priority != route.source.priority { levels.append(Level(priority: route.source.priority)) }
            let last = levels.count - 1
            switch route.source.match.path {
            case .exact(let path): levels[last].exact[ByteKey(path), default: []].append(route)
            case .prefix(let prefix):
                levels[last].prefixes[ByteKey(Self.key(forPrefix: prefix)), default: []].append(route)
            case .regex: levels[last].regexes.append(route)
            }
        }
    }

    static func key(forPrefix prefix: String) -> String {
        var key = Substring(prefix)
        while key.hasSuffix("/") { key.removeLast() }
        return String(key)
    }

    /// The first route that matches path and conditions.
    func find(_ request: some RoutableRequest) -> CompiledRoute? {
        let path = request.path
        for level in levels {
            if let route = level.exact[ByteKey(path)]?.first(where: { $0.conditionsHold(request) }) { return route }
            if !level.prefixes.isEmpty, let route = longestPrefix(of: path, in: level.prefixes, request) {
                return route
            }
            for route in level.regexes where route.pathRegex?.matches(path) == true && route.conditionsHold(request) {
                return route
            }
        }
        return nil
    }

    /// Walks the path's segment boundaries from its end to its beginning.
    private func longestPrefix(
        of path: String, in prefixes: [ByteKey: [CompiledRoute]], _ request: some RoutableRequest
    ) -> CompiledRoute? {
        var end = path.endIndex
        while true {
            if let route = prefixes[ByteKey(path[..<end])]?.first(where: { $0.conditionsHold(request) }) {
                return route
            }
            guard end > path.startIndex, let slash = path[..<end].utf8.lastIndex(of: UInt8(ascii: "/")) else {
                return nil
            }
            end = slash
        }
    }
}
