import Foundation
import HashTreeCollections
import RoutingModel
import Testing

@Suite struct RuleSetPlanTests {
    static let now = Timestamp(milliseconds: 1_000)

    /// A rule set with groups `a` and `b` and route `r` (5/95).
    static func sample() throws -> RuleSet {
        var rules = RuleSet()
        for (name, document) in [
            ("a", #"{"consul":{"service":"star","tags":["v2"]}}"#),
            ("b", #"{"peers":[{"address":"127.0.0.1","port":3000}]}"#),
        ] {
            rules.apply(try rules.plan(.putGroup(name, Data(document.utf8)), at: now), revision: rules.revision + 1)
        }
        let good = #"{"match":{"hosts":["star.test"]},"split":[{"group":"a","weight":5},{"group":"b","weight":95}]}"#
        rules.apply(try rules.plan(.putRoute("r", Data(good.utf8)), at: now), revision: rules.revision + 1)
        return rules
    }

    private func problem(_ command: RuleCommand) throws -> Problem {
        let rules = try Self.sample()
        return try #require(throws: Problem.self) { try rules.plan(command, at: Self.now) }
    }

    @Test("a rule is shown as it was written, with name, revision and time added")
    func asWritten() throws {
        let rules = try Self.sample()
        let json = try #require(rules.groups["a"]?.json)
        let tree = try CanonicalJSON.decode(JSONValue.self, from: json)
        #expect(
            tree == [
                "name": "a", "revision": 1, "updated_at": "1970-01-01T00:00:01.000Z",
                "consul": ["service": "star", "tags": ["v2"]],
            ])
    }

    @Test("what was shown can be sent back, and changes nothing")
    func roundTrip() throws {
        let rules = try Self.sample()
        for (name, rule) in rules.routes {
            #expect(try rules.plan(.putRoute(name, Data(rule.json.utf8)), at: Self.now).isEmpty)
        }
    }

    @Test("all that is wrong with a document is said at once, by pointer")
    func everythingAtOnce() throws {
        let document = """
            {"match":{"hosts":["bad host"],"path":{"exact":"/","prefix":"/"},"methods":["get"],"oops":1},
             "priority":"high","split":[{"group":"a","weight":5.001},{"group":"nowhere","weight":95}],"on_empty":"panic"}
            """
        let problem = try problem(.putRoute("r2", Data(document.utf8)))
        #expect(problem.code == .invalid)
        let pointers = Set(problem.errors.map(\.pointer))
        #expect(
            pointers.isSuperset(of: [
                "/match/hosts/0", "/match/path", "/match/methods/0", "/match/oops", "/priority",
                "/on_empty",
            ]))
        #expect(pointers.contains { $0.hasPrefix("/split") })
    }

    @Test("weights must add up to exactly 100")
    func sum() throws {
        let problem = try problem(
            .putRoute("r", Data(#"{"split":[{"group":"a","weight":5},{"group":"b","weight":94.99}]}"#.utf8)))
        #expect(problem.errors.map(\.code) == ["weights_sum"])
        #expect(problem.errors.map(\.pointer) == ["/split"])
    }

    @Test("three thirds that add up to 100 are fine")
    func thirds() throws {
        var rules = try Self.sample()
        rules.apply(try rules.plan(.putGroup("c", Data(#"{"peers":[]}"#.utf8)), at: Self.now), revision: 9)
        let changes = try rules.plan(
            .putRoute(
                "t",
                Data(
                    #"{"split":[{"group":"a","weight":33.33},{"group":"b","weight":33.33},{"group":"c","weight":33.34}]}"#
                        .utf8)),
            at: Self.now)
        #expect(changes.count == 1)
    }

    @Test("a group that a route uses can't be deleted, and the routes are named")
    func inUse() throws {
        let problem = try problem(.deleteGroup("a"))
        #expect(problem.code == .inUse)
        #expect(problem.errors.map(\.pointer) == ["/routes/r"])
    }

    @Test("a group of neither Consul nor peers is refused, an explicitly empty list is not")
    func emptyGroup() throws {
        #expect(try problem(.putGroup("x", Data("{}".utf8))).errors.map(\.code) == ["required"])
        #expect(try Self.sample().plan(.putGroup("x", Data(#"{"peers":[]}"#.utf8)), at: Self.now).count == 1)
    }

    @Test("new weights keep the order of the split and everything else as written")
    func weights() throws {
        var rules = try Self.sample()
        let changes = try rules.plan(.setWeights(route: "r", Data(#"{"b":80,"a":20}"#.utf8)), at: Self.now)
        rules.apply(changes, revision: 4)
        let route = try #require(rules.routes["r"])
        #expect(
            route.value.split == [
                SplitEntry(group: "a", weight: Percent(clamping: 2_000)),
                SplitEntry(group: "b", weight: Percent(clamping: 8_000)),
            ])
        #expect(route.value.match.hosts == [.exact("star.test")])
        #expect(route.revision == 4)
    }

    @Test("weights for a group that is not in the split, or that don't add up, are refused")
    func badWeights() throws {
        #expect(try problem(.setWeights(route: "r", Data(#"{"c":20,"b":80}"#.utf8))).errors.map(\.pointer) == ["/c"])
        #expect(
            try problem(.setWeights(route: "r", Data(#"{"a":20,"b":79}"#.utf8))).errors.map(\.code) == ["weights_sum"])
        #expect(try problem(.setWeights(route: "r", Data(#"{"a":"20","b":80}"#.utf8))).errors.map(\.pointer) == ["/a"])
        #expect(try problem(.setWeights(route: "none", Data(#"{"a":100}"#.utf8))).code == .notFound)
    }

    @Test("what is not JSON is told from what is not valid", arguments: ["", "{", "nonsense", "{\"split\":[}"])
    func notJSON(text: String) throws {
        #expect(try problem(.putRoute("r", Data(text.utf8))).code == .malformedJSON)
        #expect(try problem(.createGroup(Data(text.utf8))).code == .malformedJSON)
    }

    @Test("JSON that is no object is not valid", arguments: ["[]", "1", "\"a\"", "null"])
    func notAnObject(text: String) throws {
        #expect(try problem(.putGroup("r", Data(text.utf8))).code == .invalid)
        #expect(try problem(.setWeights(route: "r", Data(text.utf8))).code == .invalid)
    }

    @Test("a name in the document must be the name in the path")
    func nameMismatch() throws {
        #expect(try problem(.putGroup("x", Data(#"{"name":"y","peers":[]}"#.utf8))).errors.map(\.pointer) == ["/name"])
    }
}
