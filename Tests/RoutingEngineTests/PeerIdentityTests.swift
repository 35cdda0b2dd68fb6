import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

/// What a data plane keeps by peers, groups and routes stays with them.
@Suite struct PeerIdentityTests {
    @Test("a peer stays the same object while its group changes, and a new one when its address does")
    func peers() throws {
        let group = try BalancedGroup(.roundRobin, ["a": 1, "b": 1])
        let (a, b) = (try #require(group.peer("a")), try #require(group.peer("b")))
        a.isEjected = true
        a.active = 7
        try group.change(["a": 5, "c": 1], backups: ["c"])
        #expect(group.peer("a") === a)
        #expect(a.weight == 5 && a.isEjected && a.active == 7 && !a.isGone)
        #expect(b.isGone && group.left == ["b"])
        // The ejected one is counted as such: the backup serves.
        #expect(group.pick() == "c")
        try group.change(["a": 5, "c": 1], port: 81)
        let moved = try #require(group.peer("a"))
        #expect(moved !== a && a.isGone && !moved.isEjected)
        // Nobody asks for them any more, and setting them does no harm.
        a.isEjected = false
        b.isFull = true
        b.returned(at: 1)
        #expect(group.group?.hasUsablePeer == true)
    }

    @Test("numbers of peers are small, not shared by two that are held, and used again afterwards")
    func peerNumbers() throws {
        let group = try BalancedGroup(.roundRobin, BalancedGroup.peers(5))
        var held = group.peer("p1000")
        let number = try #require(held?.number)
        try group.change(["p2000": 1])
        try group.change(BalancedGroup.peers(5))
        var numbers = (group.group?.peers ?? []).map(\.number)
        #expect(Set(numbers).count == 5 && !numbers.contains(number))
        #expect(numbers.allSatisfy { $0 < 8 })
        held = nil
        #expect(held == nil)
        try group.change(BalancedGroup.peers(8))
        numbers = (group.group?.peers ?? []).map(\.number)
        #expect(Set(numbers).count == 8 && numbers.allSatisfy { $0 < 9 })
    }

    @Test("a route keeps its number while it changes; another one gets it only when nobody holds the route any more")
    func routeNumbers() throws {
        var compiler = TableCompiler()
        let table = RouteTable()
        func route(_ names: [String], weight: Int = 10_000) throws -> [CompiledRoute] {
            let routes = names.map { name in
                Make.route(
                    name, match: RouteMatch(path: .exact("/\(name)")), split: [("g", weight), ("h", 10_000 - weight)])
            }
            let groups: TreeDictionary = ["g": Make.group(1), "h": Make.group(weight == 3 ? 0 : 1)]
            table.apply(
                try compiler.compile(SnapshotUpdate(Make.snapshot(groups: groups, routes: routes))).prepared())
            return names.compactMap { table.decide(RequestFacts(authority: "h", target: "/\($0)")).route }
        }
        let first = try route(["a", "b"])
        #expect(Set(first.map(\.number)) == [0, 1])
        #expect(try route(["a", "b"], weight: 5_000).map(\.number) == first.map(\.number))
        // Dealt anew.
        #expect(try route(["a", "b"], weight: 3).map(\.number) == first.map(\.number))
        let held = first[0]
        let others = try route(["b", "c", "d"])
        #expect(others[0].number == first[1].number)
        #expect(Set(others.map(\.number) + [held.number]).count == 4)
    }

    @Test("a route's other groups are found by weight among those that are usable")
    func otherGroups() throws {
        let table = try RouteTable(
            Make.snapshot(
                groups: ["a": Make.group(1), "b": Make.group(1), "c": Make.group(1), "d": Make.group(0)],
                routes: [Make.route(split: [("a", 6_000), ("b", 1_000), ("c", 3_000), ("d", 0)])]))
        let route = try #require(table.decide(RequestFacts(authority: "h")).route)
        func others(than name: String) throws -> [String: Int] {
            let tried = try #require(table.group(named: name))
            return (0..<10_000).reduce(into: [:]) { counts, bucket in
                let other = table.otherGroup(of: route, than: tried, randomBucket: bucket)
                counts[other.map { "\($0.group.name) \($0.entry)" } ?? "-", default: 0] += 1
            }
        }
        #expect(try others(than: "a") == ["b 1": 2_500, "c 2": 7_500])
        table.group(named: "c")?.peers.first?.isEjected = true
        #expect(try others(than: "a") == ["b 1": 10_000])
        table.group(named: "b")?.peers.first?.isFull = true
        #expect(try others(than: "a") == ["-": 10_000])
        var names: Set<String> = []
        table.eachGroup { names.insert($0.name) }
        #expect(names == ["a", "b", "c", "d"])
    }
}
