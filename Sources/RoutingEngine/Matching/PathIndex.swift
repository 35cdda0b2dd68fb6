internal import RoutingModel

/// The routes of one host, found by path in the order of precedence, in time that doesn't grow with their number
/// (regexes apart, which are tried one by one).
///
/// It is no more than pointers: copies are the same index, and whoever owns it empties it.
struct PathIndex: BitwiseCopyable {
    /// The routes of one path.
    struct Node: BitwiseCopyable {
        /// For this path alone.
        var exact = RouteList()
        /// For this path and all below it.
        var prefix = RouteList()

        var isEmpty: Bool { exact.isEmpty && prefix.isEmpty }
    }

    /// By path. A prefix has no final slash: the empty one is every path.
    private var nodes = ByteTable<Node>()
    private var regexes = RouteList()

    init() {}

    var isEmpty: Bool { nodes.count == 0 && regexes.isEmpty }

    mutating func insert(_ route: CompiledRoute, seed: UInt64) {
        switch route.source.match.path {
        case .exact(let path): change(path[...], seed) { $0.pointee.exact.insert(route) }
        case .prefix(let prefix): change(Self.key(forPrefix: prefix).text, seed) { $0.pointee.prefix.insert(route) }
        case .regex: regexes.insert(route)
        }
    }

    mutating func remove(_ route: CompiledRoute, seed: UInt64) {
        switch route.source.match.path {
        case .exact(let path): change(path[...], seed) { $0.pointee.exact.remove(route) }
        case .prefix(let prefix): change(Self.key(forPrefix: prefix).text, seed) { $0.pointee.prefix.remove(route) }
        case .regex: regexes.remove(route)
        }
    }

    /// Lets go of everything.
    mutating func removeAll() {
        nodes.forEach { node in
            node.pointee.exact.removeAll()
            node.pointee.prefix.removeAll()
        }
        nodes.deallocate()
        regexes.removeAll()
    }

    /// Changes the routes of a path, which takes no room when it has none afterwards.
    private mutating func change(_ path: Substring, _ seed: UInt64, _ body: (UnsafeMutablePointer<Node>) -> Void) {
        var path = path
        path.withUTF8 { bytes in
            let key = ByteText(bytes)
            let hash = Self.hash(key, seed: seed)
            let node = nodes.find(hash, key, orInsert: Node())
            body(node)
            if node.pointee.isEmpty { nodes.remove(hash, key) }
        }
    }

    static func key(forPrefix prefix: String) -> ByteKey {
        var key = prefix[...]
        while key.utf8.last == UInt8(ascii: "/") { key = key[..<key.utf8.index(before: key.endIndex)] }
        return ByteKey(key)
    }

    /// How many pieces a path is hashed in: every slash but one at its beginning begins one.
    static func pieces(of path: String) -> Int { path.utf8.count { $0 == UInt8(ascii: "/") } + 1 }

    private static func hash(_ path: ByteText, seed: UInt64) -> UInt64 {
        var hash = ByteHash(seed: seed)
        guard let start = path.baseAddress else { return hash.value }
        var place = 0
        while place < path.count {
            let end = path.place(of: UInt8(ascii: "/"), from: place + 1)
            hash.combine(start + place, count: end - place)
            place = end
        }
        return hash.value
    }

    /// The first route that matches path and conditions, without a reference to it.
    /// - Parameters:
    ///   - depth: pieces of the longest path in any index of the table; the memory has room for three hits more.
    @inline(__always)
    func find(_ reader: RequestReader, seed: UInt64, depth: Int) -> Unmanaged<CompiledRoute>? {
        let hits = reader.memory.pointee.hits
        let capacity = reader.memory.pointee.hitCapacity
        // In the order of precedence from `first` on: the longer a prefix, the later it is found.
        var first = capacity
        if !regexes.isEmpty { Self.add(regexes, isRegex: true, to: hits, &first) }
        if nodes.count > 0 { collect(reader.view.path, seed, depth, hits, &first) }
        if first == capacity { return nil }
        if first + 1 == capacity { return Self.firstMatch(in: hits[first], reader) }
        return Self.firstMatch(in: hits + first, count: capacity - first, reader)
    }

    /// Finds the path's routes: one look-up at each of its segments' ends.
    @inline(__always)
    private func collect(
        _ path: ByteText, _ seed: UInt64, _ depth: Int, _ hits: UnsafeMutablePointer<MatchScratch.Hit>,
        _ first: inout Int
    ) {
        var hash = ByteHash(seed: seed)
        guard let start = path.baseAddress, path.count > 0 else {
            if let node = nodes.find(hash.value, path) {
                Self.add(node.pointee.prefix, to: hits, &first)
                Self.add(node.pointee.exact, to: hits, &first)
            }
            return
        }
        let count = path.count
        if path[0] == UInt8(ascii: "/"), let root = nodes.find(hash.value, ByteText(start: start, count: 0)) {
            Self.add(root.pointee.prefix, to: hits, &first)
        }
        var place = 0
        var pieces = 0
        while place < count {
            var end = place + 1
            while end < count, path[end] != UInt8(ascii: "/") { end += 1 }
            pieces += 1
            // Nothing is as long as this.
            if pieces > depth { return }
            hash.combine(start + place, count: end - place)
            if let node = nodes.find(hash.value, ByteText(start: start, count: end)) {
                Self.add(node.pointee.prefix, to: hits, &first)
                if end == count { Self.add(node.pointee.exact, to: hits, &first) }
            }
            place = end
        }
    }

    @inline(__always)
    private static func add(
        _ list: RouteList, isRegex: Bool = false, to hits: UnsafeMutablePointer<MatchScratch.Hit>, _ first: inout Int
    ) {
        guard let start = list.start else { return }
        first -= 1
        hits[first] = MatchScratch.Hit(next: start, left: list.count, isRegex: isRegex)
    }

    @inline(__always)
    private static func firstMatch(in hit: MatchScratch.Hit, _ reader: RequestReader) -> Unmanaged<CompiledRoute>? {
        for place in 0..<hit.left where matches(hit.next[place], hit.isRegex, reader) { return hit.next[place] }
        return nil
    }

    /// Goes through several lists by priority; among equals by the lists' order.
    private static func firstMatch(
        in hits: UnsafeMutablePointer<MatchScratch.Hit>, count: Int, _ reader: RequestReader
    ) -> Unmanaged<CompiledRoute>? {
        while true {
            var best = -1
            var highest = Int.min
            for place in 0..<count where hits[place].left > 0 {
                let priority = hits[place].next.pointee._withUnsafeGuaranteedRef { $0.priority }
                if best < 0 || priority > highest { (best, highest) = (place, priority) }
            }
            guard best >= 0 else { return nil }
            let route = hits[best].next.pointee
            if matches(route, hits[best].isRegex, reader) { return route }
            hits[best].next += 1
            hits[best].left -= 1
        }
    }

    @inline(__always)
    private static func matches(_ route: Unmanaged<CompiledRoute>, _ isRegex: Bool, _ reader: RequestReader) -> Bool {
        route._withUnsafeGuaranteedRef { route in
            (!isRegex || route.code.matches(path: reader.view.path)) && route.code.conditionsHold(reader)
        }
    }
}
