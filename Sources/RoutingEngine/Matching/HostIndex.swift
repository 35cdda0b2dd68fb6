internal import RoutingModel

/// The routes of a table by host: exact names, then wildcards from the longest to the shortest, then any.
///
/// One table's own. It is built anywhere, and from then on looked up and changed by its table's event loop alone.
final class HostIndex {
    struct Core: BitwiseCopyable {
        fileprivate var exact = ByteTable<PathIndex>()
        /// By what follows the star, dot included.
        fileprivate var wildcards = ByteTable<PathIndex>()
        fileprivate var any = PathIndex()
        fileprivate let seed: UInt64
        /// Pieces of the longest path that there has been.
        fileprivate(set) var depth = 0
        /// Labels of the longest wildcard that there has been.
        fileprivate(set) var labels = 0
    }

    let core: UnsafeMutablePointer<Core>

    init() {
        core = .allocate(capacity: 1)
        core.initialize(to: Core(seed: ByteHash.seed))
    }

    convenience init(_ routes: some Sequence<CompiledRoute>) {
        self.init()
        for route in routes { insert(route) }
    }

    deinit {
        core.pointee.exact.forEach { $0.pointee.removeAll() }
        core.pointee.exact.deallocate()
        core.pointee.wildcards.forEach { $0.pointee.removeAll() }
        core.pointee.wildcards.deallocate()
        core.pointee.any.removeAll()
        core.deallocate()
    }

    /// Takes a route in, in place of one that has its name and stands in the same places.
    func insert(_ route: CompiledRoute) {
        switch route.source.match.path {
        case .exact(let path), .prefix(let path):
            core.pointee.depth = max(core.pointee.depth, PathIndex.pieces(of: path))
        case .regex: break
        }
        change(route) { paths, seed in paths.pointee.insert(route, seed: seed) }
    }

    /// Takes a route out, as it was taken in.
    func remove(_ route: CompiledRoute) {
        change(route) { paths, seed in paths.pointee.remove(route, seed: seed) }
    }

    private func change(_ route: CompiledRoute, _ body: (UnsafeMutablePointer<PathIndex>, UInt64) -> Void) {
        let hosts = route.source.match.hosts
        let seed = core.pointee.seed
        if hosts.isEmpty { body(&core.pointee.any, seed) }
        for host in hosts {
            switch host {
            case .exact(var name):
                name.withUTF8 { name in
                    let name = ByteText(name)
                    Self.change(&core.pointee.exact, Core.hash(name, seed: seed), name) { body($0, seed) }
                }
            case .wildcard(var suffix):
                core.pointee.labels = max(core.pointee.labels, suffix.utf8.count { $0 == UInt8(ascii: ".") })
                suffix.withUTF8 { suffix in
                    let suffix = ByteText(suffix)
                    Self.change(&core.pointee.wildcards, Core.hash(ofSuffix: suffix, seed: seed), suffix) {
                        body($0, seed)
                    }
                }
            case .any: body(&core.pointee.any, seed)
            }
        }
    }

    private static func change(
        _ table: inout ByteTable<PathIndex>, _ hash: UInt64, _ key: ByteText,
        _ body: (UnsafeMutablePointer<PathIndex>) -> Void
    ) {
        let paths = table.find(hash, key, orInsert: PathIndex())
        body(paths)
        guard paths.pointee.isEmpty else { return }
        // What it has grown to.
        paths.pointee.removeAll()
        table.remove(hash, key)
    }
}

extension HostIndex.Core {
    fileprivate static func hash(_ host: ByteText, seed: UInt64) -> UInt64 {
        var hash = ByteHash(seed: seed)
        if let start = host.baseAddress { hash.combine(start, count: host.count) }
        return hash.value
    }

    /// Label by label from the end, each with the dot before it.
    fileprivate static func hash(ofSuffix suffix: ByteText, seed: UInt64) -> UInt64 {
        var hash = ByteHash(seed: seed)
        var end = suffix.count
        guard let start = suffix.baseAddress else { return hash.value }
        for place in stride(from: end - 1, through: 0, by: -1) where suffix[place] == UInt8(ascii: ".") {
            hash.combine(start + place, count: end - place)
            end = place
        }
        return hash.value
    }

    /// The first route that matches, without a reference to it.
    @inline(__always)
    func find(_ reader: RequestReader) -> Unmanaged<CompiledRoute>? {
        let host = reader.view.host
        if exact.count > 0, let paths = exact.find(Self.hash(host, seed: seed), host),
            let route = paths.pointee.find(reader, seed: seed, depth: depth)
        {
            return route
        }
        if wildcards.count > 0, let route = findWildcard(reader) { return route }
        return any.isEmpty ? nil : any.find(reader, seed: seed, depth: depth)
    }

    private func findWildcard(_ reader: RequestReader) -> Unmanaged<CompiledRoute>? {
        let host = reader.view.host
        guard let start = host.baseAddress else { return nil }
        let found = reader.memory.pointee.hosts
        var count = 0
        var hash = ByteHash(seed: seed)
        var (end, left) = (host.count, labels)
        var place = host.count - 1
        // Every dot begins a suffix, the first one the longest. Before it stands one label at least.
        while place > 0, left > 0 {
            if host[place] == UInt8(ascii: ".") {
                hash.combine(start + place, count: end - place)
                let suffix = ByteText(start: start + place, count: host.count - place)
                if let paths = wildcards.find(hash.value, suffix) {
                    found[count] = paths
                    count += 1
                }
                end = place
                left -= 1
            }
            place -= 1
        }
        while count > 0 {
            count -= 1
            if let route = found[count].pointee.find(reader, seed: seed, depth: depth) { return route }
        }
        return nil
    }
}
