import HashTreeCollections
import RoutingEngine
import RoutingModel

/// Snapshots that change at random: everything that a table's index has a place for comes up, and often in the same
/// places.
struct RandomSnapshots {
    private(set) var groups: TreeDictionary<String, SnapshotGroup> = [:]
    private(set) var routes: TreeDictionary<String, SnapshotRoute> = [:]
    private var index = 0
    var generator: SplitMix

    init(seed: UInt64) { generator = SplitMix(state: seed) }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    private mutating func one<Element>(of list: [Element]) -> Element {
        list[Int.random(in: 0..<list.count, using: &generator)]
    }

    private mutating func some<Element>(of list: [Element], percent: Int) -> [Element] {
        list.filter { _ in chance(percent) }
    }

    /// The next snapshot, some changes on.
    mutating func next() -> Snapshot {
        for _ in 0..<Int.random(in: 1...6, using: &generator) { change() }
        index += 1
        return Snapshot(index: index, revision: index / 2, groups: groups, routes: routes)
    }

    private mutating func change() {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0, 1: groups["g\(Int.random(in: 0..<9, using: &generator))"] = group()
        case 2:
            // A group leaves together with its routes, or those turn to another one.
            guard groups.count > 1, let gone = groups.keys.randomElement(using: &generator) else { return }
            groups[gone] = nil
            for route in routes.values where Self.groups(of: route).contains(gone) {
                routes[route.name] = chance(50) ? nil : self.route(route.name)
            }
        case 3: if let name = routes.keys.randomElement(using: &generator) { routes[name] = nil }
        case 4:
            // Only the weights.
            guard let old = routes.values.randomElement(using: &generator) else { return }
            routes[old.name] = Make.route(
                old.name, match: old.match, split: split(), sticky: old.sticky, onEmpty: old.onEmpty,
                priority: old.priority, force: old.force)
        default:
            if groups.isEmpty { groups["g0"] = group() }
            let name = "r\(Int.random(in: 0..<50, using: &generator))"
            routes[name] = route(name)
        }
    }

    static func groups(of route: SnapshotRoute) -> Set<String> {
        Set(route.split.map(\.group) + route.force.map(\.group))
    }

    private mutating func group() -> SnapshotGroup {
        if chance(30) { return Make.group(0) }
        return Make.group(Int.random(in: 1...4, using: &generator), weight: Int.random(in: 1...2, using: &generator))
    }

    private mutating func split() -> [(String, Int)] {
        let names = groups.keys.shuffled(using: &generator).prefix(Int.random(in: 1...3, using: &generator))
        var left = Bucket.count
        return names.enumerated().map { place, name in
            let share = place == names.count - 1 ? left : Int.random(in: 0...left, using: &generator)
            left -= share
            return (name, share)
        }
    }

    private mutating func route(_ name: String) -> SnapshotRoute {
        let paths: [PathMatch] = [
            .all, .prefix("/x"), .prefix("/x/"), .prefix("/x/y"), .prefix("/xy"), .exact("/x"), .exact("/x/y"),
            .regex("/x.*"), .regex(".*y"),
        ]
        let hosts = ["a.test", "b.a.test", "*.a.test", "*.test", "*"].compactMap { HostPattern($0) }
        let match = RouteMatch(
            hosts: chance(20) ? [] : some(of: hosts, percent: 30), path: one(of: paths),
            methods: chance(20) ? ["PUT"] : [],
            headers: some(
                of: [
                    ValueMatch(name: "X-Env", .exact("prod")), ValueMatch(name: "x-env", .present(true), invert: true),
                ],
                percent: 15),
            query: chance(15) ? [ValueMatch(name: "q", .regex("[0-9]+"))] : [])
        var force: [ForceRule] = []
        if chance(25), let group = groups.keys.randomElement(using: &generator) {
            force.append(ForceRule(.header(ValueMatch(name: "x-canary", .exact("always"))), group: group))
        }
        return Make.route(
            name, match: match, split: split(), sticky: chance(50) ? Stickiness(.header("X-User"), salt: "s") : nil,
            onEmpty: chance(30) ? .fail : .redistribute, priority: Int.random(in: 0...2, using: &generator),
            force: force)
    }

    mutating func request() -> RequestFacts {
        RequestFacts(
            method: chance(20) ? "PUT" : "GET", authority: one(of: ["a.test", "b.a.test", "c.a.test", "z.test", "z"]),
            target: one(of: ["/", "/x", "/x/", "/x/y", "/x/y/z", "/xy", "/z"]) + (chance(30) ? "?q=12" : ""),
            headers: some(
                of: [
                    ("x-env", "prod"), ("x-canary", "always"),
                    ("x-user", "\(Int.random(in: 0..<99, using: &generator))"),
                ],
                percent: 40))
    }
}
