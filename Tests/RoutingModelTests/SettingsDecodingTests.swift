import Foundation
import RoutingModel
import Testing

@Suite("Settings of groups and routes are read strictly, with defaults")
struct SettingsDecodingTests {
    /// The value, and `pointer code` of what is wrong with it.
    private func read<T: Decodable>(_ type: T.Type, _ text: String) throws -> (value: T, errors: [String]) {
        let problems = ProblemList()
        let value = try #require(try StrictDecoding.decode(type, from: Data(text.utf8), problems: problems))
        return (value, problems.problems.map { "\($0.pointer) \($0.code)" })
    }

    private static let split = #""split":[{"group":"g","weight":100}]"#

    @Test("nothing written is nothing set, nulls included")
    func absent() throws {
        for nulls in ["", #","slow_start":null,"max_connections":null,"tls":null,"health":null"#] {
            let (group, errors) = try read(Group.self, #"{"peers":[]\#(nulls)}"#)
            #expect(errors.isEmpty)
            #expect(group == Group(peers: []))
        }
        let nulls = #","retry":null,"timeouts":null,"rewrite":null,"request_headers":null,"mirror":null"#
        for nulls in ["", nulls] {
            let (route, errors) = try read(Route.self, "{\(Self.split)\(nulls)}")
            #expect(errors.isEmpty)
            #expect(route == Route(split: [SplitEntry(group: "g", weight: .whole)]))
        }
        #expect(try CanonicalJSON.tree(GroupSettings()) == [:])
        #expect(try CanonicalJSON.tree(RouteSettings()) == [:])
    }

    @Test("what is left out of a setting is its default")
    func defaults() throws {
        let (group, errors) = try read(
            Group.self, #"{"peers":[],"tls":{},"health":{"passive":{},"active":{"http":{"path":"/up"}}}}"#)
        #expect(errors.isEmpty)
        #expect(group.settings.tls == UpstreamTLS())
        let active = ActiveHealth(http: .init(path: "/up"))
        #expect(group.settings.health == HealthPolicy(passive: PassiveHealth(), active: active))
        let (tcp, _) = try read(Group.self, #"{"peers":[],"health":{"active":{}}}"#)
        #expect(tcp.settings.health == HealthPolicy(active: ActiveHealth()))

        let (route, more) = try read(
            Route.self,
            #"{\#(Self.split),"retry":{},"timeouts":{},"rewrite":{},"request_headers":{},"#
                + #""mirror":{"group":"g"}}"#)
        #expect(more.isEmpty)
        #expect(
            route.settings
                == RouteSettings(
                    retry: RetryPolicy(), timeouts: RouteTimeouts(), rewrite: Rewrite(),
                    requestHeaders: HeaderChanges(), mirror: Mirror(group: "g")))
    }

    @Test("an ejection longer than the usual maximum is not cut short by it")
    func longEjections() throws {
        let (group, _) = try read(Group.self, #"{"peers":[],"health":{"passive":{"ejection_time":"1h"}}}"#)
        #expect(group.settings.health?.passive?.maxEjectionTime == .seconds(3_600))
    }

    @Test("everything that can be written is read, and written again is the same")
    func everything() throws {
        let (group, errors) = try read(Group.self, SettingsExamples.group)
        #expect(errors.isEmpty)
        #expect(group.settings.slowStart == .seconds(90))
        #expect(group.settings.maxConnections == 200)
        #expect(group.settings.tls?.serverName == "carts.internal")
        #expect(group.settings.health?.passive?.maxEjected == Percent(clamping: 3_333))
        #expect(group.settings.health?.active?.http?.statuses == ["200-299", "401"])
        #expect(group.balance == Balance(policy: .consistentHash, hashOn: Stickiness(.cookie("cart"), salt: "x")))
        #expect(group.peers.map(\.isBackup) == [false, true])
        #expect(group.consul?.backupTags == ["spare"])
        #expect(try read(Group.self, CanonicalJSON.text(group)).value == group)

        let (route, more) = try read(Route.self, SettingsExamples.route)
        #expect(more.isEmpty)
        #expect(route.settings.retry?.on == [.connectFailure, .reset, .timeout, .status502, .status503, .status504])
        #expect(route.settings.timeouts?.connect == RuleDuration(milliseconds: 250))
        #expect(route.settings.responseHeaders?.add == ["X-Served-By": "signalbox"])
        #expect(route.split.map { $0.requestHeaders == nil } == [false, true])
        #expect(route.settings.mirror == Mirror(group: "next", percent: Percent(clamping: 1_050)))
        #expect(try read(Route.self, CanonicalJSON.text(route)).value == route)
        // Empty lists of changes aren't written.
        #expect(try CanonicalJSON.text(HeaderChanges(remove: ["a"])) == #"{"remove":["a"]}"#)
    }

    @Test("members that nobody knows, and values of the wrong type, are told by their places")
    func wrong() throws {
        let (_, errors) = try read(
            Group.self,
            #"""
            {"peers":[{"address":"a","port":1,"backup":"yes"}],"slowstart":"1s","slow_start":30,"max_connections":"9",
             "consul":{"service":"s","backup_tags":"spare"},
             "tls":{"sni":"a","verify":1},"health":{"passive":{"failures":1,"ejection_time":"10"},
             "active":{"tcp":{},"http":{"status":200,"statuses":200}},"other":1},
             "balance":{"policy":"random","hash":1}}
            """#)
        #expect(
            Set(errors) == [
                "/peers/0/backup wrong_type", "/slowstart unknown_field", "/slow_start wrong_type",
                "/max_connections wrong_type", "/consul/backup_tags wrong_type", "/tls/sni unknown_field",
                "/tls/verify wrong_type", "/health/passive/failures unknown_field",
                "/health/passive/ejection_time invalid_value", "/health/active/tcp unknown_field",
                "/health/active/http/status unknown_field", "/health/active/http/statuses wrong_type",
                "/health/active/http/path required", "/health/other unknown_field", "/balance/hash unknown_field",
            ])
        let (_, more) = try read(
            Route.self,
            #"""
            {"split":[{"group":"g","weight":100,"headers":{},"request_headers":{"set":{"a":1}}}],
             "retry":{"retries":1,"attempts":1.5,"on":["reset","500","maybe"],"budget":120},"timeouts":{"read":"1s"},
             "rewrite":{"prefix":"/","host":1},"response_headers":[],"mirror":{"share":1},"mirrors":[]}
            """#)
        #expect(
            Set(more) == [
                "/split/0/headers unknown_field", "/split/0/request_headers/set/a wrong_type",
                "/retry/retries unknown_field", "/retry/attempts invalid_value", "/retry/on/1 invalid_value",
                "/retry/on/2 invalid_value", "/retry/budget invalid_value", "/timeouts/read unknown_field",
                "/rewrite/prefix unknown_field", "/rewrite/host wrong_type", "/response_headers wrong_type",
                "/mirror/share unknown_field", "/mirror/group required", "/mirrors unknown_field",
            ])
    }

    @Test("hash_on belongs to consistent_hash, and only to it")
    func hashOn() throws {
        func errors(_ balance: String) throws -> [String] {
            try read(Group.self, #"{"peers":[],"balance":\#(balance)}"#).errors
        }
        #expect(try errors(#"{"policy":"consistent_hash"}"#) == ["/balance/hash_on required"])
        #expect(try errors(#"{"policy":"consistent_hash","hash_on":null}"#) == ["/balance/hash_on required"])
        #expect(
            try errors(#"{"policy":"least_request","hash_on":{"header":"h"}}"#) == ["/balance/hash_on invalid_value"])
        #expect(try errors(#"{"hash_on":{"header":"h"}}"#) == ["/balance/hash_on invalid_value"])
        // What is there and wrong isn't missing too.
        #expect(try errors(#"{"policy":"consistent_hash","hash_on":{}}"#) == ["/balance/hash_on invalid_value"])
        #expect(try errors(#"{"policy":"consistent_hash","hash_on":5}"#) == ["/balance/hash_on wrong_type"])
        #expect(
            try errors(#"{"policy":"consistent_hash","hash_on":{"source_ip":false}}"#)
                == ["/balance/hash_on/source_ip invalid_value"])
        #expect(try errors(#"{"policy":"fastest","hash_on":{"header":"h"}}"#) == ["/balance/policy invalid_value"])
        #expect(try errors(#"{"policy":"consistent_hash","hash_on":{"source_ip":true}}"#).isEmpty)
    }
}
