internal import RoutingModel

/// The routes of a table by host: exact names, then wildcards from the longest to the shortest, then any.
struct HostIndex: Sendable {
    private var exact: [ByteKey: PathIndex] = [:]
    /// By what follows the star, dot included.
    private var wildcards: [ByteKey: PathIndex] = [:]
    private var any = PathIndex()

    init() {}

    init(_ routes: some Sequence<CompiledRoute>) {
        for route in routes { insert(route) }
    }

    /// Takes a route in, in place of one that has its name and stands in the same places.
    mutating func insert(_ route: CompiledRoute) {
        let hosts = route.source.match.hosts
        if hosts.isEmpty { any.insert(route) }
        for host in hosts {
            switch host {
            case .exact(let name): exact[ByteKey(name), default: PathIndex()].insert(route)
            case .wildcard(let suffix): wildcards[ByteKey(suffix), default: PathIndex()].insert(route)
            case .any: any.insert(route)
            }
        }
    }

    /// Takes a route out, as it was taken in.
    mutating func remove(_ route: CompiledRoute) {
        let hosts = route.source.match.hosts
        if hosts.isEmpty { any.remove(route) }
        for host in hosts {
            switch host {
            case .exact(let name): Self.remove(route, at: ByteKey(name), from: &exact)
            case .wildcard(let suffix): Self.remove(route, at: ByteKey(suffix), from: &wildcards)
            case .any: any.remove(route)
            }
        }
    }

    private static func remove(_ route: CompiledRoute, at key: ByteKey, from paths: inout [ByteKey: PathIndex]) {
        guard let place = paths.index(forKey: key) else { return }
        paths.values[place].remove(route)
        if paths.values[place].isEmpty { paths.remove(at: place) }
    }

    /// The first route that matches.
    func find(_ request: some RoutableRequest) -> CompiledRoute? {
        let host = request.host
        if let route = exact[ByteKey(host)]?.find(request) { return route }
        if !wildcards.isEmpty {
            var rest = host[...]
            // Every dot begins a suffix; the first one the longest. One label at least stands before it.
            while let dot = rest.utf8.firstIndex(of: UInt8(ascii: ".")) {
                if dot > host.startIndex, let route = wildcards[ByteKey(host[dot...])]?.find(request) { return route }
                rest = host[host.utf8.index(after: dot)...]
            }
        }
        return any.find(request)
    }
}
