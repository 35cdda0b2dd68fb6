import HashTreeCollections
import RoutingModel
import Testing

@testable import RoutingEngine

/// A table that follows changes is as good as one that was made from scratch.
@Suite struct TableChangeTests {
    /// All that can be seen of a decision.
    private struct Seen: Equatable, CustomStringConvertible {
        var description: String
        var peers: Set<SnapshotPeer>

        init(_ decision: Decision) {
            description =
                "\(decision.outcome): \(decision.route?.name ?? "-"), \(decision.group?.name ?? "-"), "
                + "\(decision.entry), \(decision.bucket)"
            peers = Set((decision.group?.peers ?? []).map(SnapshotPeer.init))
        }
    }

    /// A worker's two loops.
    private struct Worker {
        var compiler: TableCompiler
        let tables = [RouteTable(), RouteTable()]
        var snapshot = Snapshot.empty

        init(routeLimit: Int = TableCompiler.routeLimit) { compiler = TableCompiler(routeLimit: routeLimit) }

        @discardableResult
        mutating func apply(_ new: Snapshot, changes: SnapshotChanges?) throws -> TableChange {
            let change = try compiler.compile(SnapshotUpdate(new, changes: changes))
            for table in tables { table.apply(change.prepared()) }
            snapshot = new
            return change
        }
    }

    private func difference(_ old: Snapshot, _ new: Snapshot) -> SnapshotChanges {
        SnapshotChanges(
            groups: Set(old.groups.keys).union(new.groups.keys).filter { old.groups[$0] != new.groups[$0] },
            routes: Set(old.routes.keys).union(new.routes.keys).filter { old.routes[$0] != new.routes[$0] })
    }

    /// What a source may say of a change: what it is, more than that, or nothing.
    private func told(_ old: Snapshot, _ new: Snapshot, _ random: inout RandomSnapshots) -> SnapshotChanges? {
        if random.chance(10) { return nil }
        var changes = difference(old, new)
        if random.chance(40) {
            changes.groups.formUnion(["g0", "g1", "never"])
            changes.routes.formUnion((0..<10).map { "r\($0)" } + ["never"])
        }
        return changes
    }

    private func compare(_ worker: Worker, _ random: inout RandomSnapshots, _ label: String) throws {
        let fresh = try RouteTable(worker.snapshot)
        for table in worker.tables {
            #expect(table.index == worker.snapshot.index && table.revision == worker.snapshot.revision)
        }
        for _ in 0..<40 {
            let request = random.request()
            let bucket = Int.random(in: 0..<Bucket.count, using: &random.generator)
            let expected = Seen(fresh.decide(request, randomBucket: { bucket }))
            for table in worker.tables {
                let seen = Seen(table.decide(request, randomBucket: { bucket }))
                #expect(seen == expected, "\(label): \(request)")
            }
        }
    }

    @Test(
        "Whatever changes, and whatever the source says of it, requests are decided as by a table made from scratch",
        arguments: [(1, 256), (2, 256), (3, 256), (4, 0), (5, 3), (6, 1)] as [(UInt64, Int)])
    func follows(seed: UInt64, routeLimit: Int) throws {
        var random = RandomSnapshots(seed: seed)
        var worker = Worker(routeLimit: routeLimit)
        for step in 0..<80 {
            let next = random.next()
            try worker.apply(next, changes: told(worker.snapshot, next, &random))
            try compare(worker, &random, "seed \(seed), step \(step)")
            if step % 20 == 19 { try worker.apply(.empty, changes: told(worker.snapshot, .empty, &random)) }
        }
    }

    @Test("A snapshot that is refused leaves no trace", arguments: [11, 12, 13] as [UInt64])
    func refusals(seed: UInt64) throws {
        var random = RandomSnapshots(seed: seed)
        var worker = Worker()
        for step in 0..<40 {
            let good = random.next()
            for bad in Self.spoiled(good) {
                let changes = told(worker.snapshot, bad, &random)
                #expect(throws: CompileError.self) { try worker.apply(bad, changes: changes) }
                let nothing = try worker.compiler.compile(SnapshotUpdate(worker.snapshot))
                #expect(nothing.isEmpty && nothing.goneAddresses.isEmpty, "seed \(seed), step \(step)")
            }
            try worker.apply(good, changes: told(worker.snapshot, good, &random))
            try compare(worker, &random, "seed \(seed), step \(step)")
        }
    }

    /// The snapshot with something that can't be, one way each.
    private static func spoiled(_ good: Snapshot) -> [Snapshot] {
        let regex = Make.route("zz", match: RouteMatch(path: .regex("(")), split: [("zz", 10_000)])
        let header = Make.route(
            "zz", match: RouteMatch(headers: [ValueMatch(name: "a", .regex("("))]), split: [("zz", 10_000)])
        let extra = [
            regex, header, Make.route("zz", split: [("nowhere", 10_000)]), Make.route("zz", split: [("zz", 9_999)]),
            Make.route(
                "zz", split: [("zz", 10_000)],
                force: [ForceRule(.header(ValueMatch(name: "a", .present(true))), group: "nowhere")]),
        ]
        var groups = good.groups
        groups["zz"] = Make.group(2)
        var all = extra.map { route in
            var routes = good.routes
            routes["zz"] = route
            return Snapshot(index: good.index, revision: good.revision, groups: groups, routes: routes)
        }
        for name in good.routes.values.flatMap(RandomSnapshots.groups(of:)).prefix(2) {
            var left = good.groups
            left[name] = nil
            all.append(Snapshot(index: good.index, revision: good.revision, groups: left, routes: good.routes))
        }
        return all
    }

    @Test("A group can't leave while a route that didn't change names it, and the error says which")
    func removedGroup() throws {
        var worker = Worker()
        let force = [ForceRule(.cookie(ValueMatch(name: "c", .present(true))), group: "forced")]
        let routes = [Make.route("r", split: [("split", 10_000)], force: force)]
        try worker.apply(
            Make.snapshot(groups: ["split": Make.group(1), "forced": Make.group(1)], routes: routes), changes: nil)
        for gone in ["split", "forced"] {
            var groups = worker.snapshot.groups
            groups[gone] = nil
            let error = #expect(throws: CompileError.self) {
                try worker.apply(
                    Make.snapshot(groups: groups, routes: routes, index: 2), changes: SnapshotChanges(groups: [gone]))
            }
            #expect(error?.reason == "route 'r' names group '\(gone)', which the snapshot does not have")
        }
    }

    @Test("What is said to change and doesn't is no change")
    func overReported() throws {
        var worker = Worker()
        let snapshot = Make.snapshot(groups: ["g": Make.group(2)], routes: [Make.route(split: [("g", 10_000)])])
        try worker.apply(snapshot, changes: nil)
        let all = SnapshotChanges(groups: ["g", "h"], routes: ["r", "s"])
        for changes in [all, nil] {
            let change = try worker.apply(snapshot, changes: changes)
            #expect(change.isEmpty)
        }
    }

    @Test("A change of peers touches no route; only a group that becomes empty, or is so no more, has them dealt anew")
    func touchesFew() throws {
        var worker = Worker()
        func snapshot(_ a: Int, _ b: Int) -> Snapshot {
            Make.snapshot(
                groups: ["a": Make.group(a), "b": Make.group(b)],
                routes: [
                    Make.route("both", split: [("a", 4_000), ("b", 6_000)]), Make.route("b", split: [("b", 10_000)]),
                ])
        }
        try worker.apply(snapshot(1, 1), changes: nil)
        let onlyA = SnapshotChanges(groups: ["a"])
        #expect(try worker.apply(snapshot(3, 1), changes: onlyA).routes.isEmpty)
        #expect(try worker.apply(snapshot(0, 1), changes: onlyA).routes.compactMap(\.new?.name) == ["both"])
        #expect(try worker.apply(snapshot(2, 1), changes: onlyA).routes.compactMap(\.new?.name) == ["both"])
    }

    @Test("Only addresses that no group has any more are gone")
    func addresses() throws {
        var worker = Worker()
        func gone(_ a: Int, _ b: Int) throws -> Set<Int> {
            let change = try worker.apply(
                Make.snapshot(groups: ["a": Make.group(a), "b": Make.group(b)], routes: []),
                changes: SnapshotChanges(groups: ["a", "b"]))
            return Set(change.goneAddresses.map { $0.port - 9_000 })
        }
        #expect(try gone(3, 2) == [])
        #expect(try gone(1, 2) == [2])
        #expect(try gone(1, 1) == [1])
        #expect(try gone(0, 3) == [])
        #expect(try gone(2, 0) == [2])
        let change = try worker.apply(.empty, changes: nil)
        #expect(Set(change.goneAddresses.map(\.port)) == [9_000, 9_001])
    }

    @Test("An exchange that holds a group sees it change, but never turn into another group that got its slot")
    func slots() throws {
        var worker = Worker()
        func apply(_ name: String, _ peers: Int) throws -> PeerGroup? {
            try worker.apply(
                Make.snapshot(groups: [name: Make.group(peers)], routes: [Make.route(split: [(name, 10_000)])]),
                changes: SnapshotChanges(groups: ["old", "new"], routes: ["r"]))
            return worker.tables[0].decide(RequestFacts(authority: "h")).group
        }
        let held = try apply("old", 3)
        #expect(try apply("old", 2) === held)
        #expect(held?.peers.count == 2)
        let other = try apply("new", 1)
        #expect(other?.name == "new" && other !== held)
        #expect(held?.name == "old" && held?.peers.count == 2)
    }

    @Test("A group that is only mirrored to is one that its route names: it can't go before the route")
    func mirrored() throws {
        let plainRoute = Make.route(split: [("a", 10_000)])
        let route = SnapshotRoute(
            name: "r", match: plainRoute.match, priority: 0, force: [], split: plainRoute.split, sticky: nil,
            onEmpty: .redistribute, settings: RouteSettings(mirror: Mirror(group: "shadow", percent: .whole)))
        var worker = Worker()
        let groups: TreeDictionary<String, SnapshotGroup> = ["a": Make.group(1), "shadow": Make.group(2)]
        try worker.apply(Make.snapshot(groups: groups, routes: [route]), changes: nil)
        #expect(worker.tables.map { $0.group(named: "shadow")?.peers.count } == [2, 2])

        let without = Make.snapshot(groups: ["a": Make.group(1)], routes: [route], index: 2)
        #expect(throws: CompileError(reason: "route 'r' names group 'shadow', which the snapshot does not have")) {
            try worker.apply(without, changes: SnapshotChanges(groups: ["shadow"], routes: []))
        }
        #expect(throws: CompileError.self) { try RouteTable(without) }
        #expect(worker.tables.map { $0.group(named: "shadow")?.peers.count } == [2, 2])

        let plain = Make.snapshot(groups: ["a": Make.group(1)], routes: [plainRoute], index: 3)
        try worker.apply(plain, changes: SnapshotChanges(groups: ["shadow"], routes: ["r"]))
        #expect(worker.tables.allSatisfy { $0.group(named: "shadow") == nil })
    }
}
