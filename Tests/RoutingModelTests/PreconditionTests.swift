import Foundation
import HashTreeCollections
import RoutingModel
import Testing

@Suite("A write is made only when its precondition holds (RFC 9110 section 13)")
struct PreconditionTests {
    private static let now = RuleSetPlanTests.now

    /// Groups a (revision 1) and b (2), route r (3), an override of n1~x (4).
    private func sample() throws -> RuleSet {
        var rules = try RuleSetPlanTests.sample()
        let document = Data(#"{"state":"drain","reason":"r"}"#.utf8)
        rules.apply(
            try rules.plan(.putOverride(PeerID("n1~x"), document), by: "token:ada", at: Self.now), revision: 4)
        return rules
    }

    /// Every kind of write of something that is there, with its revision.
    private static func writes() throws -> [(RuleCommand, Int)] {
        func data(_ text: String) -> Data { Data(text.utf8) }
        let route = #"{"split":[{"group":"b","weight":100}]}"#
        return [
            (.putGroup("a", data(#"{"peers":[]}"#)), 1), (.putRoute("r", data(route)), 3), (.deleteRoute("r"), 3),
            (.setWeights(route: "r", data(#"{"a":1,"b":99}"#)), 3),
            (.putOverride(PeerID("n1~x"), data(#"{"weight":1,"reason":"r"}"#)), 4),
            (.deleteOverride(PeerID("n1~x")), 4),
            (.replaceConfig(try ConfigDraft(data("{}"), mayDelete: false)), 4),
            (.mergeConfig(try ConfigDraft(data(#"{"routes":{"r":null}}"#), mayDelete: true)), 4),
            (.rollback(to: 0, RuleSet()), 4),
        ]
    }

    @Test("If-Match must name the object's revision, or any")
    func ifMatch() throws {
        let rules = try sample()
        for (command, revision) in try Self.writes() {
            let prepared = try command.prepared()
            for tags in [Precondition.Match.any, .tags(["\(revision)"]), .tags(["99", "\(revision)"])] {
                let changes = try rules.plan(prepared, by: "ada", precondition: .init(ifMatch: tags), at: Self.now)
                #expect(!changes.isEmpty, "\(command)")
            }
            for tags in [Precondition.Match.tags([]), .tags(["99"]), .tags(["\"\(revision)\""])] {
                let problem = try #require(throws: Problem.self) {
                    try rules.plan(prepared, by: "ada", precondition: .init(ifMatch: tags), at: Self.now)
                }
                #expect(problem.code == .preconditionFailed)
                #expect(problem.currentRevision == revision)
            }
        }
    }

    @Test("If-None-Match refuses what is there")
    func ifNoneMatch() throws {
        let rules = try sample()
        for (command, revision) in try Self.writes() {
            let prepared = try command.prepared()
            for tags in [Precondition.Match.any, .tags(["\(revision)"])] {
                let problem = try #require(throws: Problem.self) {
                    try rules.plan(prepared, by: "ada", precondition: .init(ifNoneMatch: tags), at: Self.now)
                }
                #expect(problem.code == .preconditionFailed)
                #expect(problem.currentRevision == revision)
            }
            let other = Precondition(ifNoneMatch: .tags(["99"]))
            #expect(try !rules.plan(prepared, by: "ada", precondition: other, at: Self.now).isEmpty)
        }
    }

    @Test("of what isn't there only a creation that asks for none is made")
    func absent() throws {
        let rules = try sample()
        let group = Data(#"{"name":"new","peers":[]}"#.utf8)
        let route = Data(#"{"name":"new","split":[{"group":"a","weight":100}]}"#.utf8)
        for command: RuleCommand in [
            .createGroup(group), .putGroup("new", group), .createRoute(route), .putRoute("new", route),
            .putOverride(PeerID("n1~new"), Data(#"{"weight":1,"reason":"r"}"#.utf8)),
        ] {
            let prepared = try command.prepared()
            let problem = try #require(throws: Problem.self) {
                try rules.plan(prepared, by: "ada", precondition: .init(ifMatch: .any), at: Self.now)
            }
            #expect(problem.code == .preconditionFailed)
            #expect(problem.currentRevision == nil)
            let none = Precondition(ifNoneMatch: .any)
            #expect(try rules.plan(prepared, by: "ada", precondition: none, at: Self.now).count == 1)
        }
        for command: RuleCommand in [.deleteGroup("no"), .deleteRoute("no"), .deleteOverride(PeerID("n1~no"))] {
            let prepared = try command.prepared()
            let problem = try #require(throws: Problem.self) {
                try rules.plan(prepared, by: "ada", precondition: .init(ifMatch: .any), at: Self.now)
            }
            #expect(problem.code == .preconditionFailed)
            #expect(
                try #require(throws: Problem.self) { try rules.plan(prepared, by: "ada", at: Self.now) }.code
                    == .notFound)
        }
    }
}
