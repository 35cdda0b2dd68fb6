internal import RoutingModel

/// The routes of one host pattern, found by the paths that could cover another's. Immutable.
struct RoutesByPath {
    private struct Entry {
        let route: SnapshotRoute
        let rank: RoutePrecedence.Rank
    }

    private var exact: [ByteKey: [Entry]] = [:]
    /// By prefix without its final slash.
    private var prefixes: [ByteKey: [Entry]] = [:]
    private var regexes: [Entry] = []

    init(_ routes: [SnapshotRoute]) {
        for route in routes {
            let entry = Entry(route: route, rank: RoutePrecedence.Rank(route))
            switch route.match.path {
            case .exact(let path): exact[ByteKey(path), default: []].append(entry)
            case .prefix(let prefix): prefixes[PathIndex.key(forPrefix: prefix), default: []].append(entry)
            case .regex: regexes.append(entry)
            }
        }
        // The one that goes first is the one to name.
        for key in exact.keys { exact[key]?.sort { $0.rank < $1.rank } }
        for key in prefixes.keys { prefixes[key]?.sort { $0.rank < $1.rank } }
        regexes.sort { $0.rank < $1.rank }
    }

    /// The name of a route that goes before `route` and takes all that it is for; nil when there is none, or when the
    /// budget of comparisons is used up.
    func cover(of route: SnapshotRoute, _ budget: inout Int) -> String? {
        let rank = RoutePrecedence.Rank(route)
        var best: Entry?
        func look(_ entries: [Entry]?) {
            for entry in entries ?? [] {
                // What follows goes later still.
                guard entry.rank < rank, best.map({ entry.rank < $0.rank }) ?? true, budget > 0 else { return }
                budget -= 1
                guard RouteCover.covers(entry.route.match, route.match) else { continue }
                best = entry
                return
            }
        }
        switch route.match.path {
        case .exact(let path):
            look(exact[ByteKey(path)])
            lookAbove(ByteKey(path), look)
            look(regexes)
        case .prefix(let prefix): lookAbove(PathIndex.key(forPrefix: prefix), look)
        case .regex:
            look(prefixes[ByteKey("")])
            look(regexes)
        }
        return best?.route.name
    }

    /// Looks at the prefixes that a path or a prefix is below, itself included.
    private func lookAbove(_ path: ByteKey, _ look: ([Entry]?) -> Void) {
        guard !prefixes.isEmpty else { return }
        var end = path.text.endIndex
        while true {
            look(prefixes[ByteKey(path.text[..<end])])
            guard end > path.text.startIndex,
                let slash = path.text[..<end].utf8.lastIndex(of: UInt8(ascii: "/"))
            else { return }
            end = slash
        }
    }
}
