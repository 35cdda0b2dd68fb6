internal import RoutingModel

/// A route ready to be tested and dealt: everything that can be worked out before a request comes.
final class CompiledRoute {
    struct Force {
        let condition: CompiledCondition
        let isCookie: Bool
        let group: PeerGroup
    }

    let source: SnapshotRoute
    var name: String { source.name }
    let pathRegex: RegularExpression?
    let headers: [CompiledCondition]
    let query: [CompiledCondition]
    let force: [Force]
    /// In the order of the split.
    let groups: [PeerGroup]
    let deal: Deal
    /// A header's name in lower case, for stickiness by header.
    let stickyKey: Stickiness.Key?
    let salt: String

    init(_ route: SnapshotRoute, groups known: [String: PeerGroup]) throws(CompileError) {
        source = route
        if case .regex(let pattern) = route.match.path {
            pathRegex = try RegularExpression.compiled(pattern)
        } else {
            pathRegex = nil
        }
        var headers: [CompiledCondition] = []
        for match in route.match.headers { headers.append(try CompiledCondition(match, isHeader: true)) }
        self.headers = headers
        var query: [CompiledCondition] = []
        for match in route.match.query { query.append(try CompiledCondition(match, isHeader: false)) }
        self.query = query

        func group(_ name: String) throws(CompileError) -> PeerGroup {
            guard let group = known[name] else {
                throw CompileError(
                    reason: "route '\(route.name)' names group '\(name)', which the snapshot does not have")
            }
            return group
        }
        var force: [Force] = []
        for rule in route.force {
            switch rule.condition {
            case .header(let match):
                let condition = try CompiledCondition(match, isHeader: true)
                force.append(Force(condition: condition, isCookie: false, group: try group(rule.group)))
            case .cookie(let match):
                let condition = try CompiledCondition(match, isHeader: false)
                force.append(Force(condition: condition, isCookie: true, group: try group(rule.group)))
            }
        }
        self.force = force
        var groups: [PeerGroup] = []
        for entry in route.split { groups.append(try group(entry.group)) }
        self.groups = groups
        guard route.split.reduce(0, { $0 + $1.buckets }) == Bucket.count else {
            throw CompileError(reason: "route '\(route.name)' does not deal exactly \(Bucket.count) buckets")
        }
        deal = Deal(weights: route.split.map(\.buckets), isEmpty: groups.map(\.isEmpty), onEmpty: route.onEmpty)
        if case .header(let name)? = route.sticky?.key {
            stickyKey = .header(name.lowercased())
        } else {
            stickyKey = route.sticky?.key
        }
        salt = route.sticky?.salt ?? route.name
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

    /// The group that a force rule sends `request` to, and the rule's place; nil when none holds.
    func forced(_ request: some RoutableRequest) -> (rule: Int, group: PeerGroup)? {
        for (index, rule) in force.enumerated() {
            let value = rule.isCookie ? request.cookie(rule.condition.name) : request.header(rule.condition.name)
            if rule.condition.holds(for: value) { return (index, rule.group) }
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
