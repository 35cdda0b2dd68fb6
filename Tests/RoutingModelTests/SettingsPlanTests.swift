import Foundation
import HashTreeCollections
import RoutingModel
import Testing

@Suite("Settings take part in every change of the rules")
struct SettingsPlanTests {
    private static let now = Timestamp(milliseconds: 1_000)

    /// Groups `a`, `b` and `next`, and the route `r` that says everything.
    private func sample() throws -> RuleSet {
        var rules = RuleSet()
        for (name, document) in [
            ("a", SettingsExamples.group), ("b", #"{"peers":[]}"#), ("next", #"{"peers":[]}"#),
        ] { try apply(.putGroup(name, Data(document.utf8)), to: &rules) }
        try apply(.putRoute("r", Data(SettingsExamples.route.utf8)), to: &rules)
        return rules
    }

    @discardableResult
    private func apply(_ command: RuleCommand, to rules: inout RuleSet) throws -> [RuleChange] {
        let changes = try rules.plan(command, at: Self.now)
        rules.apply(changes, revision: rules.revision + 1)
        return changes
    }

    private func tree(_ text: String) throws -> JSONValue { try CanonicalJSON.decode(JSONValue.self, from: text) }

    @Test("a rule comes back as it was written, settings and all, and the same again is no change")
    func asWritten() throws {
        let rules = try sample()
        #expect(try tree(rules.groups["a"]?.document ?? "") == tree(SettingsExamples.group))
        #expect(try tree(rules.routes["r"]?.document ?? "") == tree(SettingsExamples.route))
        #expect(try rules.plan(.putRoute("r", Data(SettingsExamples.route.utf8)), at: Self.now).isEmpty)
        let all = Data(rules.configurationText.utf8)
        #expect(try rules.plan(.replaceConfig(ConfigDraft(all, mayDelete: false)), at: Self.now).isEmpty)
        var copy = RuleSet()
        try apply(.replaceConfig(try ConfigDraft(all, mayDelete: false)), to: &copy)
        #expect(copy.configurationText == rules.configurationText)
        #expect(copy.routes["r"]?.value == rules.routes["r"]?.value)
    }

    @Test("a change of a setting alone is a change")
    func alone() throws {
        let rules = try sample()
        let group = SettingsExamples.group.replacing("\"max_connections\":200", with: "\"max_connections\":201")
        let route = SettingsExamples.route.replacing("\"attempts\":2", with: "\"attempts\":3")
        #expect(try rules.plan(.putGroup("a", Data(group.utf8)), at: Self.now).count == 1)
        #expect(try rules.plan(.putRoute("r", Data(route.utf8)), at: Self.now).count == 1)
        let merge = Data(#"{"routes":{"r":\#(route)}}"#.utf8)
        #expect(try rules.plan(.mergeConfig(ConfigDraft(merge, mayDelete: true)), at: Self.now).count == 1)
        var other = rules
        try apply(.putRoute("r", Data(route.utf8)), to: &other)
        let back = try apply(.rollback(to: rules.revision, rules), to: &other)
        #expect(back.count == 1)
        #expect(other.routes["r"]?.value == rules.routes["r"]?.value)
    }

    @Test("new weights keep what else the split says")
    func weights() throws {
        var rules = try sample()
        let before = try tree(rules.routes["r"]?.document ?? "")
        try apply(.setWeights(route: "r", Data(#"{"a":20,"b":80}"#.utf8)), to: &rules)
        let route = try #require(rules.routes["r"])
        #expect(route.value.split.map(\.weight.basisPoints) == [2_000, 8_000])
        #expect(route.value.split[0].requestHeaders?.set == ["X-Variant": "canary"])
        #expect(try CanonicalJSON.decode(Route.self, from: route.document) == route.value)
        try apply(.setWeights(route: "r", Data(#"{"a":5,"b":95}"#.utf8)), to: &rules)
        #expect(try tree(rules.routes["r"]?.document ?? "") == before)
    }

    @Test("a group that only a mirror names is used: it can't be deleted, and must be there")
    func mirrored() throws {
        let rules = try sample()
        #expect(rules.routes(using: "next") == ["r"])
        #expect(rules.routes["r"]?.value.sends(to: "next") == false)
        let inUse = try #require(throws: Problem.self) { try rules.plan(.deleteGroup("next"), at: Self.now) }
        #expect(inUse.code == .inUse)
        let merged = Data(#"{"groups":{"next":null}}"#.utf8)
        let refused = try #require(throws: Problem.self) {
            try rules.plan(.mergeConfig(ConfigDraft(merged, mayDelete: true)), at: Self.now)
        }
        #expect(refused.errors.map { "\($0.pointer) \($0.code)" } == ["/groups/next in_use"])

        var without = rules
        let plain = Data(#"{"split":[{"group":"a","weight":5},{"group":"b","weight":95}]}"#.utf8)
        try apply(.putRoute("r", plain), to: &without)
        #expect(!without.isUsed("next"))
        try apply(.deleteGroup("next"), to: &without)
        let unknown = try #require(throws: Problem.self) {
            try without.plan(.putRoute("r", Data(SettingsExamples.route.utf8)), at: Self.now)
        }
        #expect(unknown.errors.map { "\($0.pointer) \($0.code)" } == ["/mirror/group unknown_group"])
    }
}
