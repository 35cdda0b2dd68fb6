internal import RoutingModel

/// What a route's requests are tested by, as plain values whose pointers are the route's.
struct RouteCode: BitwiseCopyable {
    struct Force: BitwiseCopyable {
        let condition: CompiledCondition
        let isCookie: Bool
        /// The group's slot.
        let group: Int
    }

    /// A condition beside host and path that a request fails.
    enum Failure: Equatable {
        case method
        /// A place in `headers`.
        case header(Int)
        /// A place in `query`.
        case query(Int)
    }

    private enum PathKind: UInt8, BitwiseCopyable { case exact, prefix, regex }

    private let pathKind: PathKind
    /// Of a prefix without its final slash.
    private let path: ByteText
    private let pathRegex: Unmanaged<RegularExpression>?
    private let methods: UnsafeBufferPointer<ByteText>
    let headers: UnsafeBufferPointer<CompiledCondition>
    let query: UnsafeBufferPointer<CompiledCondition>
    let force: UnsafeBufferPointer<Force>
    let sticky: CompiledKey?
    /// Whether requests for a group that is empty fail, rather than go to others.
    let failsOnEmpty: Bool

    /// - Parameters:
    ///   - memory: keeps what it points to.
    ///   - slot: a group's slot.
    init(_ route: SnapshotRoute, in memory: CompiledMemory, slot: (String) -> Int?) throws(CompileError) {
        var regex: Unmanaged<RegularExpression>?
        switch route.match.path {
        case .exact(let exact):
            pathKind = .exact
            path = memory.bytes(exact.utf8)
        case .prefix(let prefix):
            pathKind = .prefix
            path = memory.bytes(PathIndex.key(forPrefix: prefix).text.utf8)
        case .regex(let pattern):
            pathKind = .regex
            path = ByteText(start: nil, count: 0)
            regex = try memory.regex(pattern)
        }
        pathRegex = regex
        methods = memory.list(route.match.methods.map { memory.bytes($0.utf8) })
        headers = try Self.conditions(route.match.headers, isHeader: true, in: memory)
        query = try Self.conditions(route.match.query, isHeader: false, in: memory)
        var force: [Force] = []
        for rule in route.force {
            guard let group = slot(rule.group) else { throw CompileError(route: route.name, namesMissing: rule.group) }
            let condition: CompiledCondition
            let isCookie: Bool
            switch rule.condition {
            case .header(let match):
                condition = try CompiledCondition(match, isHeader: true, in: memory)
                isCookie = false
            case .cookie(let match):
                condition = try CompiledCondition(match, isHeader: false, in: memory)
                isCookie = true
            }
            force.append(Force(condition: condition, isCookie: isCookie, group: group))
        }
        self.force = memory.list(force)
        sticky = route.sticky.map { CompiledKey($0, salt: route.name, in: memory) }
        failsOnEmpty = route.onEmpty == .fail
    }

    private static func conditions(
        _ matches: [ValueMatch], isHeader: Bool, in memory: CompiledMemory
    ) throws(CompileError) -> UnsafeBufferPointer<CompiledCondition> {
        var conditions: [CompiledCondition] = []
        for match in matches { conditions.append(try CompiledCondition(match, isHeader: isHeader, in: memory)) }
        return memory.list(conditions)
    }

    /// Whether the route is for `path`.
    func matches(path other: ByteText) -> Bool {
        switch pathKind {
        case .exact: return other.isSame(as: path)
        case .prefix:
            return other.begins(with: path)
                && (other.count == path.count || other[path.count] == UInt8(ascii: "/"))
        case .regex: return pathRegex.map { $0._withUnsafeGuaranteedRef { $0.matches(other) } } ?? false
        }
    }

    /// The first condition that a request fails; nil when all hold.
    func firstFailure(_ reader: RequestReader) -> Failure? {
        if !methods.isEmpty, !accepts(method: reader.view.method) { return .method }
        for place in 0..<headers.count where !headers[place].holds(for: reader.header(headers[place].name)) {
            return .header(place)
        }
        for place in 0..<query.count where !query[place].holds(for: reader.parameter(query[place].name)) {
            return .query(place)
        }
        return nil
    }

    /// Whether every condition beside host and path holds.
    @inline(__always)
    func conditionsHold(_ reader: RequestReader) -> Bool {
        methods.isEmpty && headers.isEmpty && query.isEmpty || firstFailure(reader) == nil
    }

    private func accepts(method: ByteText) -> Bool {
        for place in 0..<methods.count where methods[place].isSame(as: method) { return true }
        return false
    }

    /// The place of the force rule that holds for a request; nil when none does.
    func forced(_ reader: RequestReader) -> Int? {
        for place in 0..<force.count {
            let rule = force[place]
            let name = rule.condition.name
            if rule.condition.holds(for: rule.isCookie ? reader.cookie(name) : reader.header(name)) { return place }
        }
        return nil
    }
}
