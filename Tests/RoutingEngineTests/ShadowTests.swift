import HashTreeCollections
import RoutingEngine
import RoutingModel
import Testing

@Suite("A route that no request reaches is told; one that some request may reach never is")
struct ShadowTests {
    private func shadowed(_ routes: [(name: String, match: String, priority: Int)], writing name: String) throws
        -> [String]
    {
        var fixture = PlanFixture()
        try fixture.apply(.putGroup("g", PlanFixture.data(#"{"peers":[{"address":"10.0.0.1","port":1}]}"#)))
        func command(_ route: (name: String, match: String, priority: Int)) -> RuleCommand {
            .putRoute(
                route.name,
                PlanFixture.data(
                    #"{"match":\#(route.match),"priority":\#(route.priority),"split":[{"group":"g","weight":100}]}"#))
        }
        for route in routes where route.name != name { try fixture.apply(command(route)) }
        let route = try #require(routes.first { $0.name == name })
        return try fixture.effect(command(route)).warnings.filter { $0.code == "shadowed" }
            .map { String($0.pointer.dropFirst("/routes/".count)) }
    }

    @Test("one of higher priority that is as wide or wider")
    func priority() throws {
        let wide = ("wide", #"{"hosts":["a.test"],"path":{"prefix":"/api"}}"#, 1)
        for match in [
            #"{"hosts":["a.test"],"path":{"prefix":"/api/x"}}"#, #"{"hosts":["a.test"],"path":{"exact":"/api"}}"#,
            #"{"hosts":["a.test"],"path":{"prefix":"/api/"},"methods":["GET"]}"#,
        ] {
            #expect(try shadowed([wide, ("x", match, 0)], writing: "x") == ["x"], "\(match)")
            #expect(try shadowed([wide, ("x", match, 0)], writing: "wide") == ["x"], "\(match)")
            #expect(try shadowed([wide, ("x", match, 1)], writing: "x") == [], "\(match)")
        }
        for match in [
            #"{"hosts":["a.test"],"path":{"prefix":"/apix"}}"#, #"{"hosts":["a.test"],"path":{"prefix":"/"}}"#,
            #"{"hosts":["a.test","b.test"],"path":{"prefix":"/api"}}"#, #"{"path":{"prefix":"/api"}}"#,
            #"{"hosts":["*.test"],"path":{"prefix":"/api"}}"#, #"{"hosts":["a.test"],"path":{"regex":"/api/.*"}}"#,
        ] {
            #expect(try shadowed([wide, ("x", match, 0)], writing: "x") == [], "\(match)")
        }
    }

    @Test("the same match under a name that comes later")
    func twin() throws {
        let match = #"{"hosts":["a.test"],"headers":[{"name":"X-Env","exact":"prod"}]}"#
        let same = #"{"hosts":["a.test"],"headers":[{"name":"x-env","exact":"prod"}]}"#
        #expect(try shadowed([("a", match, 0), ("b", same, 0)], writing: "b") == ["b"])
        #expect(try shadowed([("a", match, 0), ("b", same, 0)], writing: "a") == ["b"])
    }

    @Test("a regular expression behind a prefix that takes every path")
    func regex() throws {
        let all = ("all", #"{"hosts":["a.test"]}"#, 0)
        #expect(
            try shadowed([all, ("r", #"{"hosts":["a.test"],"path":{"regex":"/v[0-9]+/.*"}}"#, 0)], writing: "r") == [
                "r"
            ])
        #expect(try shadowed([all, ("r", #"{"hosts":["a.test"],"path":{"regex":"/v.*"}}"#, 1)], writing: "r") == [])
        let first = ("first", #"{"hosts":["a.test"],"path":{"regex":"/v[0-9]"}}"#, 1)
        #expect(
            try shadowed([first, ("e", #"{"hosts":["a.test"],"path":{"exact":"/v1"}}"#, 0)], writing: "e") == ["e"])
        #expect(try shadowed([first, ("e", #"{"hosts":["a.test"],"path":{"exact":"/v"}}"#, 0)], writing: "e") == [])
    }

    @Test("each of several hosts may be taken by another route")
    func severalHosts() throws {
        let routes = [
            ("one", #"{"hosts":["a.test"]}"#, 1), ("two", #"{"hosts":["*.b.test","c.test"]}"#, 1),
            ("x", #"{"hosts":["a.test","*.b.test"],"path":{"prefix":"/x"}}"#, 0),
        ]
        #expect(try shadowed(routes, writing: "x") == ["x"])
        #expect(try shadowed(routes, writing: "two") == ["x"])
        #expect(try shadowed(Array(routes.dropFirst()), writing: "x") == [])
    }

    @Test(
        "a condition is covered by one that always holds with it",
        arguments: [
            (#"{"name":"k","present":true}"#, #"{"name":"k","regex":"a+"}"#, true),
            (#"{"name":"k","present":false,"invert":true}"#, #"{"name":"k","prefix":"a"}"#, true),
            (#"{"name":"k","prefix":"a"}"#, #"{"name":"k","prefix":"ab"}"#, true),
            (#"{"name":"k","prefix":"ab"}"#, #"{"name":"k","prefix":"a"}"#, false),
            (#"{"name":"k","suffix":"b"}"#, #"{"name":"k","suffix":"ab"}"#, true),
            (#"{"name":"k","regex":"[a-c]+"}"#, #"{"name":"k","exact":"abc"}"#, true),
            (#"{"name":"k","regex":"[a-c]+"}"#, #"{"name":"k","exact":"abd"}"#, false),
            (#"{"name":"k","exact":"z","invert":true}"#, #"{"name":"k","exact":"abd"}"#, true),
            (#"{"name":"k","exact":"z","invert":true}"#, #"{"name":"k","present":false}"#, true),
            (#"{"name":"k","exact":"z","invert":true}"#, #"{"name":"k","prefix":"z"}"#, false),
            (#"{"name":"k","present":true}"#, #"{"name":"k","exact":"z","invert":true}"#, false),
            (#"{"name":"k","present":true}"#, #"{"name":"l","exact":"z"}"#, false),
        ])
    func conditions(wide: String, narrow: String, isCovered: Bool) throws {
        for kind in ["headers", "query"] {
            let routes = [
                ("wide", #"{"hosts":["a.test"],"\#(kind)":[\#(wide)]}"#, 1),
                ("x", #"{"hosts":["a.test"],"\#(kind)":[\#(narrow)]}"#, 0),
            ]
            #expect(try shadowed(routes, writing: "x") == (isCovered ? ["x"] : []))
        }
    }

    @Test("over random rules, no request is ever decided by a route that is told to be out of reach")
    func sound() throws {
        var random = RandomSnapshots(seed: 11)
        var rules = RuleSet()
        var told = 0
        for _ in 0..<150 {
            let snapshot = random.next()
            let next = RuleSet(snapshot)
            let changes = rules.changes(to: next)
            let effect = ChangeEffect.between(
                changes, rules: next, before: Resolution(rules: rules, catalog: Catalog()),
                after: Resolution(rules: next, catalog: Catalog()), catalog: Catalog())
            let shadowed = Set(
                effect.warnings.filter { $0.code == "shadowed" }.map { $0.pointer.dropFirst("/routes/".count) })
            told += shadowed.count
            let table = try RouteTable(snapshot)
            for _ in 0..<200 {
                if let route = table.decide(random.request()).route { #expect(!shadowed.contains(route.name[...])) }
            }
            rules = next
        }
        #expect(told > 20)
    }
}
