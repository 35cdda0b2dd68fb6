internal import RoutingModel

/// The routes of a table by host: exact names, then wildcards from the longest to the shortest, then any.
struct HostIndex {
    private var exact: [ByteKey: PathIndex] = [:]
    /// By what follows the star, dot included.
    private var wildcards: [ByteKey: PathIndex] = [:]
    private var any: PathIndex

    /// - Parameter routes: in the order of `RoutePrecedence.goesBefore`.
    init(_ routes: [CompiledRoute]) {
        var exact: [ByteKey: [CompiledRoute]] = [:]
        var wildcards: [ByteKey: [CompiledRoute]] = [:]
        var any: [CompiledRoute] = []
        for route in routes {
            let hosts = route.source.match.hosts
            if hosts.isEmpty || hosts.contains(.any) { any.append(route) }
            for host in hosts {
                switch host {
                case .exact(let name): exact[ByteKey(name), default: []].append(route)
                case .wildcard(let suffix): wildcards[ByteKey(suffix), default: []].append(route)
                case .any: break
                }
            }
        }
        self.exact = exact.mapValues(PathIndex.init)
        self.wildcards = wildcards.mapValues(PathIndex.init)
        self.any = PathIndex(any)
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
