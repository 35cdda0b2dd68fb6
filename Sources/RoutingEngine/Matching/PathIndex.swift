internal import RoutingModel

/// The routes of one host, found by path in the order of precedence, in time that doesn't grow with their number
/// (regexes apart, which are tried one by one).
///
/// Most hosts have a few routes: those are tried one by one, which takes less time and much less memory than to look
/// them up. A host that has had many keeps being looked up until it has none.
struct PathIndex: Sendable {
    /// Routes that are tried one by one at the most.
    static let fewLimit = 12

    private struct Level: Sendable {
        let priority: Int
        var exact: [ByteKey: [CompiledRoute]] = [:]
        /// By prefix without its final slash; the empty string is every path.
        var prefixes: [ByteKey: [CompiledRoute]] = [:]
        var regexes: [CompiledRoute] = []

        var isEmpty: Bool { exact.isEmpty && prefixes.isEmpty && regexes.isEmpty }
    }

    /// In the order of precedence; empty when there are levels.
    private var few: [CompiledRoute] = []
    /// Highest priority first.
    private var levels: [Level] = []

    var isEmpty: Bool { few.isEmpty && levels.isEmpty }

    mutating func insert(_ route: CompiledRoute) {
        guard levels.isEmpty else { return insertLeveled(route) }
        few.insert(route)
        if few.count > Self.fewLimit {
            for route in few { insertLeveled(route) }
            few = []
        }
    }

    mutating func remove(_ route: CompiledRoute) {
        if levels.isEmpty { few.remove(route) } else { removeLeveled(route) }
    }

    private mutating func insertLeveled(_ route: CompiledRoute) {
        let place = place(of: route.source.priority)
        if place == levels.count || levels[place].priority != route.source.priority {
            levels.insert(Level(priority: route.source.priority), at: place)
        }
        switch route.source.match.path {
        case .exact(let path): levels[place].exact[ByteKey(path), default: []].insert(route)
        case .prefix(let prefix): levels[place].prefixes[Self.key(forPrefix: prefix), default: []].insert(route)
        case .regex: levels[place].regexes.insert(route)
        }
    }

    private mutating func removeLeveled(_ route: CompiledRoute) {
        let place = place(of: route.source.priority)
        guard place < levels.count, levels[place].priority == route.source.priority else { return }
        switch route.source.match.path {
        case .exact(let path): Self.remove(route, at: ByteKey(path), from: &levels[place].exact)
        case .prefix(let prefix): Self.remove(route, at: Self.key(forPrefix: prefix), from: &levels[place].prefixes)
        case .regex: levels[place].regexes.remove(route)
        }
        if levels[place].isEmpty { levels.remove(at: place) }
    }

    /// The place of the first level that isn't above `priority`.
    private func place(of priority: Int) -> Int { levels.firstPlace { $0.priority <= priority } }

    private static func remove(_ route: CompiledRoute, at key: ByteKey, from lists: inout [ByteKey: [CompiledRoute]]) {
        guard let place = lists.index(forKey: key) else { return }
        lists.values[place].remove(route)
        if lists.values[place].isEmpty { lists.remove(at: place) }
    }

    static func key(forPrefix prefix: String) -> ByteKey {
        var key = prefix[...]
        while key.utf8.last == UInt8(ascii: "/") { key = key[..<key.utf8.index(before: key.endIndex)] }
        return ByteKey(key)
    }

    /// The first route that matches path and conditions.
    func find(_ request: some RoutableRequest) -> CompiledRoute? {
        let path = request.path
        for route in few where route.matches(path: path) && route.conditionsHold(request) { return route }
        for level in levels {
            if let route = level.exact[ByteKey(path)]?.first(where: { $0.conditionsHold(request) }) { return route }
            if !level.prefixes.isEmpty, let route = longestPrefix(of: path, in: level.prefixes, request) {
                return route
            }
            for route in level.regexes where route.matches(path: path) && route.conditionsHold(request) {
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

extension [CompiledRoute] {
    /// Puts `route` where it belongs in the order of precedence, in place of one of the same rank.
    fileprivate mutating func insert(_ route: CompiledRoute) {
        let place = firstPlace { !($0.rank < route.rank) }
        if place < count, self[place].rank == route.rank {
            self[place] = route
        } else {
            insert(route, at: place)
        }
    }

    fileprivate mutating func remove(_ route: CompiledRoute) {
        let place = firstPlace { !($0.rank < route.rank) }
        if place < count, self[place].rank == route.rank { remove(at: place) }
    }
}

extension Array {
    /// The first place whose element `isThere`, when all before it aren't and all after it are; the end when none is.
    fileprivate func firstPlace(where isThere: (Element) -> Bool) -> Int {
        var range = startIndex..<endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = isThere(self[middle]) ? range.lowerBound..<middle : middle + 1..<range.upperBound
        }
        return range.lowerBound
    }
}
