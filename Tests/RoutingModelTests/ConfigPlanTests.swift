import Foundation
import HashTreeCollections
import RoutingModel
import Testing

@Suite("Whole documents: PUT and PATCH /v1/config")
struct ConfigPlanTests {
    private static let now = RuleSetPlanTests.now

    private func draft(_ text: String, mayDelete: Bool = false) throws -> ConfigDraft {
        try ConfigDraft(Data(text.utf8), mayDelete: mayDelete)
    }

    private func replace(_ text: String) throws -> [RuleChange] {
        try RuleSetPlanTests.sample().plan(.replaceConfig(draft(text)), by: "token:ada", at: Self.now)
    }

    private func merge(_ text: String) throws -> [RuleChange] {
        try RuleSetPlanTests.sample().plan(.mergeConfig(draft(text, mayDelete: true)), by: "token:ada", at: Self.now)
    }

    private func words(_ changes: [RuleChange]) -> [String] {
        changes.map { "\($0.what) \($0.name) \($0.action.rawValue)" }
    }

    private func errors(_ plan: () throws -> [RuleChange]) throws -> [String] {
        let problem = try #require(throws: Problem.self) { try plan() }
        #expect(problem.code == .invalid)
        return problem.errors.map { "\($0.pointer) \($0.code)" }.sorted()
    }

    @Test("what a whole document doesn't name goes; a route may go together with its group")
    func replaces() throws {
        #expect(try words(replace("{}")) == ["route r deleted", "group a deleted", "group b deleted"])
        #expect(
            try words(
                replace(
                    #"{"groups":{"b":{"peers":[{"address":"127.0.0.1","port":3000}]},"c":{"peers":[]}},"#
                        + #""routes":{"r":{"split":[{"group":"c","weight":100}]}},"overrides":null}"#))
                == ["group c created", "route r updated", "group a deleted"])
    }

    @Test("a part of a document changes what it names; null deletes, also what isn't there")
    func merges() throws {
        #expect(try merge("{}").isEmpty)
        #expect(try words(merge(#"{"groups":{"c":{"peers":[]},"zzz":null}}"#)) == ["group c created"])
        #expect(
            try words(merge(#"{"groups":{"a":null},"routes":{"r":null}}"#)) == ["route r deleted", "group a deleted"])
        #expect(
            try words(
                merge(#"{"groups":{"a":null},"routes":{"r":{"split":[{"group":"b","weight":100}]}}}"#))
                == ["route r updated", "group a deleted"])
        #expect(try errors { try replace(#"{"routes":{"r":null}}"#) } == ["/routes/r wrong_type"])
    }

    @Test("a group can't go while a route that stays names it")
    func inUse() throws {
        #expect(try errors { try merge(#"{"groups":{"a":null}}"#) } == ["/groups/a in_use"])
        #expect(
            try errors {
                try merge(
                    #"{"groups":{"a":null},"routes":{"r":{"split":[{"group":"a","weight":100}]}}}"#)
            } == ["/routes/r/split/0/group unknown_group"])
        #expect(
            try errors { try replace(#"{"routes":{"r":{"split":[{"group":"a","weight":100}]}}}"#) }
                == ["/routes/r/split/0/group unknown_group"])
    }

    @Test("all that is wrong with a document is told at once, each at its place")
    func everything() throws {
        let document = #"""
            {"groups": {"a": {"peers": [{"address": "10.0.0.1", "port": 0}], "oops": 1, "oops": 2}, "Bad Name": {}, "d": {},
              "e": 5},
             "routes": {"r": {"split": [{"group": "nowhere", "weight": 60}, {"group": "a", "weight": 39.999}]},
              "s": {"match": {"path": {"regex": "("}}, "split": [{"group": "a", "weight": 99}]}},
             "overrides": {"n1~x/y": {"weight": 70000, "reason": ""}, "nobody": {"state": "drain", "reason": "r"},
              "n1~b": {"reason": "r"}, "n1~c": {"state": "off", "reason": "r", "expires_in": "1h", "expires_at": "soon"},
              "n1~d": {"state": "drain", "reason": "r", "expires_at": "1969-01-01T00:00:00Z"}},
             "extra": 1, "message": 7}
            """#
        let wanted = [
            "/extra unknown_field", "/groups/Bad Name invalid_value", "/groups/a/oops duplicate",
            "/groups/a/oops unknown_field", "/groups/a/peers/0/port invalid_value", "/groups/d required",
            "/groups/e wrong_type", "/message wrong_type", "/overrides/n1~0b required",
            // Not a time, and not together with the other end.
            "/overrides/n1~0c/expires_at invalid_value", "/overrides/n1~0c/expires_at invalid_value",
            "/overrides/n1~0c/state invalid_value",
            "/overrides/n1~0d/expires_at invalid_value", "/overrides/n1~0x~1y/reason invalid_value",
            "/overrides/n1~0x~1y/weight invalid_value", "/overrides/nobody invalid_value",
            "/routes/r/split/0/group unknown_group", "/routes/r/split/1/weight invalid_value",
            "/routes/s/match/path/regex invalid_regex", "/routes/s/split weights_sum",
        ]
        for plan in [replace, merge] {
            let found = try errors { try plan(document) }
            #expect(found == wanted)
        }
    }

    @Test("a document that is no object is not valid, and what is not JSON is told from it")
    func notADocument() throws {
        for text in ["[]", "1", "null", #""a""#] {
            #expect(try errors { try replace(text) } == [" wrong_type"], "\(text)")
        }
        for text in [#"{"groups":[]}"#, #"{"groups":1}"#] {
            #expect(try errors { try replace(text) } == ["/groups wrong_type"], "\(text)")
        }
        for text in ["", "{", #"{"groups":{}"#, #"{"groups":\#(String(repeating: "[", count: 100))"#] {
            #expect(try #require(throws: Problem.self) { try replace(text) }.code == .malformedJSON, "\(text)")
        }
    }

    @Test("a number that nothing can hold is not valid, wherever it is")
    func hugeNumbers() throws {
        for text in [
            #"{"groups":{"a":{"peers":[],"x":1e400}}}"#, #"{"message":1e400}"#,
            #"{"groups":{"a":{"peers":[{"address":"10.0.0.1","port":1e400}]}}}"#,
        ] {
            #expect(try errors { try replace(text) }.isEmpty == false, "\(text)")
        }
    }

    @Test("the message comes along; an empty one is none")
    func message() throws {
        #expect(try draft(#"{"message":"why"}"#).message == "why")
        #expect(try draft(#"{"message":""}"#).message == nil)
    }

    @Test("a rule that was exported with what Signalbox adds to it is taken back")
    func shown() throws {
        let rules = try RuleSetPlanTests.sample()
        let shown = try CanonicalJSON.decode(JSONValue.self, from: try #require(rules.routes["r"]).json)
        let tree: JSONValue = .object(["routes": .object(["r": shown])])
        #expect(try rules.plan(.mergeConfig(ConfigDraft(tree, mayDelete: true)), at: Self.now).isEmpty)
    }
}
