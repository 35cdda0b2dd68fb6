import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

/// The table decides as the rules say, whatever they are and however it came to have them.
@Suite struct ReferenceRouterTests {
    private struct Maker {
        var generator: SplitMix

        mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

        mutating func one<Element>(of list: [Element]) -> Element {
            list[Int.random(in: 0..<list.count, using: &generator)]
        }

        mutating func some<Element>(of list: [Element], percent: Int) -> [Element] {
            list.filter { _ in chance(percent) }
        }

        private let hosts = [
            "a.test", "b.a.test", "c.b.a.test", "test", "*.a.test", "*.b.a.test", "*.test", "*", "[2001:db8::1]",
        ].compactMap { HostPattern($0) }
        private let paths: [PathMatch] = [
            .all, .prefix("/x"), .prefix("/x/"), .prefix("/x//y"), .prefix("/x/y/z"),
            .prefix("/long-segment-1/and-more"),
            .exact("/"), .exact("/x"), .exact("/x/"), .exact("/x/y"), .exact("/long-segment-1/and-more/than-that"),
            .regex("/x.*"), .regex(".*y"), .prefix("/ä/ö"),
        ]

        mutating func condition(_ names: [String]) -> ValueMatch {
            ValueMatch(
                name: one(of: names),
                one(of: [
                    .exact("prod"), .exact(""), .prefix("pro"), .suffix("od"), .regex("p.*d"), .regex("a,b"),
                    .present(true), .present(false), .exact("a,b"), .prefix("long-value-0123456789"),
                ]),
                invert: chance(25))
        }

        mutating func snapshot(routes count: Int) -> Snapshot {
            var groups: TreeDictionary<String, SnapshotGroup> = [:]
            for name in ["g0", "g1", "g2", "g3"] { groups[name] = Make.group(chance(30) ? 0 : 2) }
            let names = Array(groups.keys)
            var routes: [SnapshotRoute] = []
            for number in 0..<count {
                let first = Int.random(in: 0...10_000, using: &generator)
                let keys: [Stickiness.Key] = [.header("X-User"), .cookie("sid"), .query("u"), .sourceIP]
                routes.append(
                    Make.route(
                        "r\(number)",
                        match: RouteMatch(
                            hosts: some(of: hosts, percent: 25), path: one(of: paths),
                            methods: chance(20) ? ["PUT", "POST"] : [],
                            headers: (0..<one(of: [0, 0, 0, 1, 2])).map { _ in condition(["X-Env", "cookie", "accept"])
                            },
                            query: (0..<one(of: [0, 0, 0, 1])).map { _ in condition(["q", "u"]) }),
                        split: [(one(of: names), first), (one(of: names), 10_000 - first)],
                        sticky: chance(60)
                            ? Stickiness(one(of: keys), salt: chance(50) ? "salt \(number)" : nil) : nil,
                        onEmpty: chance(30) ? .fail : .redistribute, priority: one(of: [0, 0, 0, 0, 5, -5]),
                        force: (0..<one(of: [0, 0, 1, 2])).map { _ in
                            let group = one(of: names)
                            return chance(50)
                                ? ForceRule(.header(condition(["x-env"])), group: group)
                                : ForceRule(.cookie(condition(["canary", "sid"])), group: group)
                        }))
            }
            return Make.snapshot(groups: groups, routes: routes)
        }

        mutating func request() -> ReferenceRouter.Request {
            let values = ["prod", "", "a", "b", "a,b", "p d", "x=y", "long-value-0123456789-0123456789-0123456789"]
            let cookies = ["sid=1", "sid=", " canary=prod ; sid=\t2 ", "canary", "a=b;;canary=a,b", "sid=x=y; u=2"]
            var headers = (0..<one(of: [0, 1, 2, 4])).map { _ in
                (name: one(of: ["x-env", "X-ENV", "X-User", "x-useR", "Accept", "x-envy"]), value: one(of: values))
            }
            headers += (0..<one(of: [0, 0, 1, 2])).map { _ in
                (name: one(of: ["Cookie", "cookie"]), value: one(of: cookies))
            }
            return ReferenceRouter.Request(
                method: one(of: ["GET", "PUT", "put"]),
                host: one(of: [
                    "a.test", "b.a.test", "c.b.a.test", "d.c.b.a.test", "test", "z.test", "z", ".test", "..a.test",
                    "[2001:db8::1]",
                ]),
                path: one(of: [
                    "/", "/x", "/x/", "/x//y", "/x/y", "/x/y/z", "/x/y/z/", "/xy", "//", "/long-segment-1/and-more",
                    "/long-segment-1/and-more/than-that", "/long-segment-1/and-mor", "/ä/ö/ü", "/z/z/z/z/z/z/z/z",
                ]),
                query: one(of: ["", "", "q=prod", "u=&q", "&&q=a,b&u=7", "q=prod&q=x", "uu=1&u=2=3"]),
                headers: headers, sourceIP: one(of: ["192.0.2.1", "2001:db8::2"]))
        }
    }

    private func compare(_ table: RouteTable, _ snapshot: Snapshot, _ maker: inout Maker, _ label: String) {
        let reference = ReferenceRouter(snapshot: snapshot)
        for _ in 0..<150 {
            let request = maker.request()
            let random = Int.random(in: 0..<10_000, using: &maker.generator)
            let decision = table.decide(request.facts, randomBucket: { random })
            let answer = ReferenceRouter.Answer(
                outcome: decision.outcome, route: decision.route?.name, group: decision.group?.name,
                entry: decision.entry, bucket: decision.bucket)
            #expect(answer == reference.decide(request, randomBucket: random), "\(label): \(request)")
        }
    }

    @Test(
        "tables decide as the rules say, be they made at once or from others", arguments: 1...6 as ClosedRange<UInt64>)
    func decisions(seed: UInt64) throws {
        var maker = Maker(generator: SplitMix(state: seed))
        var compiler = TableCompiler(routeLimit: seed % 2 == 0 ? 0 : 1_000)
        let table = RouteTable()
        for count in [1, 2, 5, 12, 40, 120, 30, 3] {
            let snapshot = maker.snapshot(routes: count)
            table.apply(try compiler.compile(SnapshotUpdate(snapshot)).prepared())
            compare(table, snapshot, &maker, "seed \(seed), \(count) routes")
        }
    }

    @Test("paths that are all slashes, and hosts that are all dots, are decided like others")
    func extremes() throws {
        let deep = String(repeating: "/a", count: 900)
        let routes = [
            Make.route("deep", match: RouteMatch(path: .prefix(deep)), split: [("g", 10_000)]),
            Make.route("wild", match: RouteMatch(hosts: [.wildcard(suffix: ".a.test")]), split: [("g", 10_000)]),
            Make.route("any", split: [("g", 10_000)]),
        ]
        let table = try RouteTable(Make.snapshot(groups: ["g": Make.group(1)], routes: routes))
        func route(_ host: String, _ path: String) -> String? {
            table.decide(RequestFacts(authority: host, target: path)).route?.name
        }
        #expect(route("h", deep) == "deep")
        #expect(route("h", deep + "/b") == "deep")
        #expect(route("h", String(deep.dropLast())) == "any")
        #expect(route("h", String(repeating: "/", count: 8_000)) == "any")
        #expect(route(String(repeating: ".", count: 300), "/") == "any")
        #expect(route(String(repeating: "b.", count: 300) + "a.test", "/") == "wild")
        #expect(route("h", "") == "any")
        #expect(route("h", "*") == nil)
    }

    @Test("a path with routes at each of many depths is tried from the longest on, by priority")
    func depths() throws {
        let paths = (0...60).map { String(repeating: "/a", count: $0) }
        var routes = paths.enumerated().map { depth, path in
            Make.route(
                "r\(depth)",
                match: RouteMatch(
                    path: .prefix(path.isEmpty ? "/" : path), headers: [ValueMatch(name: "d", .exact("\(depth)"))]),
                split: [("g", 10_000)], priority: depth == 7 ? 1 : 0)
        }
        routes.append(
            Make.route("first", match: RouteMatch(path: .regex("/a.*")), split: [("g", 10_000)], priority: -1))
        let table = try RouteTable(Make.snapshot(groups: ["g": Make.group(1)], routes: routes))
        let target = paths[60] + "/b"
        for depth in 0...60 {
            let request = RequestFacts(authority: "h", target: target, headers: [("D", "\(depth)")])
            #expect(table.decide(request).route?.name == "r\(depth)")
        }
        #expect(table.decide(RequestFacts(authority: "h", target: target)).route?.name == "first")
    }
}
