internal import RoutingModel

/// A route ready to be tested and dealt: everything that can be worked out before a request comes. Made once, shared by
/// every event loop's table.
final class CompiledRoute: Sendable {
    struct Force: Sendable {
        let condition: CompiledCondition
        let isCookie: Bool
        /// The group's slot.
        let group: Int
    }

    private enum Path: Sendable {
        case exact(ByteKey)
        /// Without its final slash.
        case prefix(ByteKey)
        case regex(RegularExpression)
    }

    let source: SnapshotRoute
    let rank: RoutePrecedence.Rank
    private let path: Path
    let headers: [CompiledCondition]
    let query: [CompiledCondition]
    let force: [Force]
    /// The groups' slots in the tables, in the order of the split.
    let groups: [Int]
    let deal: Deal
    /// A header's name in lower case, for stickiness by header.
    let stickyKey: Stickiness.Key?
    let salt: String

    var name: String { source.name }

    /// - Parameter group: a group's slot, and whether it has no peers; nil when there is no such group.
    init(_ route: SnapshotRoute, group: (String) -> (slot: Int, isEmpty: Bool)?) throws(CompileError) {
        source = route
        rank = RoutePrecedence.Rank(route)
        switch route.match.path {
        case .exact(let exact): path = .exact(ByteKey(exact))
        case .prefix(let prefix): path = .prefix(PathIndex.key(forPrefix: prefix))
        case .regex(let pattern): path = .regex(try RegularExpression.compiled(pattern))
        }
        var headers: [CompiledCondition] = []
        for match in route.match.headers { headers.append(try CompiledCondition(match, isHeader: true)) }
        self.headers = headers
        var query: [CompiledCondition] = []
        for match in route.match.query { query.append(try CompiledCondition(match, isHeader: false)) }
        self.query = query

        func found(_ name: String) throws(CompileError) -> (slot: Int, isEmpty: Bool) {
            guard let group = group(name) else { throw CompileError(route: route.name, namesMissing: name) }
            return group
        }
        var force: [Force] = []
        for rule in route.force {
            let slot = try found(rule.group).slot
            switch rule.condition {
            case .header(let match):
                force.append(
                    Force(condition: try CompiledCondition(match, isHeader: true), isCookie: false, group: slot))
            case .cookie(let match):
                force.append(
                    Force(condition: try CompiledCondition(match, isHeader: false), isCookie: true, group: slot))
            }
        }
        self.force = force
        var groups: [Int] = []
        var isEmpty: [Bool] = []
        for entry in route.split {
            let group = try found(entry.group)
            groups.append(group.slot)
            isEmpty.append(group.isEmpty)
        }
        self.groups = groups
        guard route.split.reduce(0, { $0 + $1.buckets }) == Bucket.count else {
            throw CompileError(reason: "route '\(route.name)' does not deal exactly \(Bucket.count) buckets")
        }
        deal = Deal(weights: route.split.map(\.buckets), isEmpty: isEmpty, onEmpty: route.onEmpty)
        if case .header(let name)? = route.sticky?.key {
            stickyKey = .header(name.lowercased())
        } else {
            stickyKey = route.sticky?.key
        }
        salt = route.sticky?.salt ?? route.name
    }

    /// `other` with its buckets dealt otherwise.
    private init(_ other: CompiledRoute, deal: Deal) {
        source = other.source
        rank = other.rank
        path = other.path
        headers = other.headers
        query = other.query
        force = other.force
        groups = other.groups
        self.deal = deal
        stickyKey = other.stickyKey
        salt = other.salt
    }

    /// The same route when groups have become empty, or have got peers; nil when that changes nothing for it.
    /// - Parameter isEmpty: for each entry of the split, whether its group has no peers now.
    func dealtAnew(isEmpty: [Bool]) -> CompiledRoute? {
        let new = Deal(weights: source.split.map(\.buckets), isEmpty: isEmpty, onEmpty: source.onEmpty)
        return new == deal ? nil : CompiledRoute(self, deal: new)
    }

    /// Whether the route is for `path`.
    func matches(path: String) -> Bool {
        switch self.path {
        case .exact(let exact): return ByteKey(path) == exact
        case .prefix(let prefix): return ByteKey(path).isBelow(prefix)
        case .regex(let regex): return regex.matches(path)
        }
    }

    /// A condition beside host and path that a request fails.
    enum Failure {
        case method
        /// A place in `headers`.
        case header(Int)
        /// A place in `query`.
        case query(Int)
    }

    /// The first condition that `request` fails; nil when all hold.
    func firstFailure(_ request: some RoutableRequest) -> Failure? {
        guard acceptsMethod(request.method) else { return .method }
        for place in headers.indices where !headers[place].holds(for: request.header(headers[place].name)) {
            return .header(place)
        }
        for place in query.indices where !query[place].holds(for: request.parameter(query[place].name)) {
            return .query(place)
        }
        return nil
    }

    /// Whether every condition beside host and path holds.
    func conditionsHold(_ request: some RoutableRequest) -> Bool { firstFailure(request) == nil }

    private func acceptsMethod(_ method: String) -> Bool {
        source.match.methods.isEmpty || source.match.methods.contains(method)
    }

    /// The place of the force rule that holds for `request`; nil when none does.
    func forced(_ request: some RoutableRequest) -> Int? {
        for place in force.indices {
            let rule = force[place]
            let value = rule.isCookie ? request.cookie(rule.condition.name) : request.header(rule.condition.name)
            if rule.condition.holds(for: value) { return place }
        }
        return nil
    }

    /// The value that decides the bucket; nil when the route isn't sticky or the request doesn't have it.
    func key(of request: some RoutableRequest) -> String? {
        let value: String?
        switch stickyKey {
        case .header(let name)?: value = request.header(name)
        case .cookie(let name)?: value = request.cookie(name)
        case .query(let name)?: value = request.parameter(name)
        case .sourceIP?: value = request.sourceIP
        case nil: value = nil
        }
        return value.flatMap { $0.isEmpty ? nil : $0 }
    }
}
