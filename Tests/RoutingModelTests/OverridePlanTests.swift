import Foundation
import HashTreeCollections
import RoutingModel
import Testing

@Suite struct OverridePlanTests {
    private static let now = RuleSetPlanTests.now
    private let peer = PeerID("n1~star-1")

    private func put(_ document: String) -> RuleCommand { .putOverride(peer, Data(document.utf8)) }

    private func errors(_ document: String) throws -> [String] {
        let problem = try #require(throws: Problem.self) { try RuleSet().plan(put(document), at: Self.now) }
        #expect(problem.code == .invalid)
        return problem.errors.map { "\($0.pointer) \($0.code)" }
    }

    @Test("an override has its author as its owner, and an end in absolute time")
    func written() throws {
        var rules = RuleSet()
        let document = #"{"weight":0,"state":"drain","reason":"kernel","expires_in":"2h"}"#
        rules.apply(try rules.plan(put(document), by: "token:ada", at: Self.now), revision: 1)
        let stored = try #require(rules.overrides[peer.description])
        #expect(
            stored.value
                == Override(
                    weight: 0, state: .drain, reason: "kernel", owner: "token:ada",
                    expiresAt: Self.now.adding(.seconds(7_200))))
        #expect(
            stored.document
                == #"{"expires_at":"1970-01-01T02:00:01.000Z","owner":"token:ada","reason":"kernel","state":"drain","weight":0}"#
        )
    }

    @Test("what is as it was stays its owner's; what changes becomes its author's")
    func owner() throws {
        var rules = RuleSet()
        rules.apply(
            try rules.plan(put(#"{"state":"drain","reason":"r"}"#), by: "token:ada", at: Self.now), revision: 1)
        #expect(try rules.plan(put(#"{"state":"drain","reason":"r"}"#), by: "token:bob", at: Self.now).isEmpty)
        let shown = #"{"peer":"n1~star-1","state":"drain","reason":"r","owner":"token:eve","revision":1,"known":true}"#
        #expect(try rules.plan(put(shown), by: "token:bob", at: Self.now).isEmpty)
        let changes = try rules.plan(put(#"{"state":"drain","reason":"s"}"#), by: "token:bob", at: Self.now)
        guard case .override(_, _, let after)? = changes.first else {
            Issue.record("no change")
            return
        }
        #expect(after?.value.owner == "token:bob")
    }

    @Test("those whose time is over are taken away together, and may be written down as they are until then")
    func expired() throws {
        var rules = RuleSet()
        rules.apply(
            try rules.plan(put(#"{"state":"drain","reason":"r","expires_in":"10s"}"#), by: "a", at: Self.now),
            revision: 1)
        let end = Self.now.adding(.seconds(10))
        #expect(try rules.plan(.expireOverrides, at: end.adding(.milliseconds(-1))).isEmpty)
        #expect(try rules.plan(.expireOverrides, at: end).map(\.action) == [.deleted])
        let same = #"{"state":"drain","reason":"r","expires_at":"\#(end)"}"#
        #expect(try rules.plan(put(same), by: "b", at: end.adding(.seconds(5))).isEmpty)
        #expect(
            try #require(throws: Problem.self) {
                try RuleSet().plan(put(same), by: "b", at: end)
            }.errors.map(\.pointer) == ["/expires_at"])
        // Those of a past revision that are over don't come back.
        var cleared = rules
        cleared.apply(try rules.plan(.expireOverrides, at: end), revision: 2)
        #expect(try cleared.plan(.rollback(to: 1, rules), at: end).isEmpty)
        #expect(try cleared.plan(.rollback(to: 1, rules), at: Self.now).count == 1)
    }

    @Test(
        "what can't be an override is refused by place",
        arguments: [
            ("{}", ["/reason required", " required"]), (#"{"reason":"r"}"#, [" required"]),
            (#"{"weight":-1,"reason":"r"}"#, ["/weight invalid_value"]),
            (#"{"weight":65536,"reason":"r"}"#, ["/weight invalid_value"]),
            (#"{"weight":1.5,"reason":"r"}"#, ["/weight invalid_value"]),
            (#"{"weight":null,"reason":"r"}"#, [" required"]),
            (#"{"state":"DRAIN","reason":"r"}"#, ["/state invalid_value"]),
            (#"{"state":"drain","reason":""}"#, ["/reason invalid_value"]),
            (#"{"state":"drain","reason":"r","expires_in":"0s"}"#, ["/expires_in invalid_value"]),
            (#"{"state":"drain","reason":"r","expires_in":"-2h"}"#, ["/expires_in invalid_value"]),
            (#"{"state":"drain","reason":"r","expires_in":"2 hours"}"#, ["/expires_in invalid_value"]),
            (#"{"state":"drain","reason":"r","expires_in":"9999999h"}"#, ["/expires_in invalid_value"]),
            (#"{"state":"drain","reason":"r","expires_at":"tomorrow"}"#, ["/expires_at invalid_value"]),
            (#"{"state":"drain","reason":"r","expires_at":"1970-01-01T00:00:01Z"}"#, ["/expires_at invalid_value"]),
            (
                #"{"state":"drain","reason":"r","expires_in":"1h","expires_at":"2030-01-01T00:00:00Z"}"#,
                ["/expires_at invalid_value"]
            ),
            (#"{"state":"drain","reason":"r","until":"2h"}"#, ["/until unknown_field"]),
        ])
    func refused(document: String, wanted: [String]) throws {
        #expect(try errors(document).sorted() == wanted.sorted())
    }

    @Test("a reason may have 1,024 bytes and no more")
    func reasonLength() throws {
        let fits = String(repeating: "é", count: 512)
        #expect(try RuleSet().plan(put(#"{"state":"drain","reason":"\#(fits)"}"#), at: Self.now).count == 1)
        #expect(try errors(#"{"state":"drain","reason":"\#(fits)x"}"#) == ["/reason invalid_value"])
    }

    @Test("an id that can be no peer's is refused", arguments: ["", "n1", "~a", "n1~"])
    func badID(id: String) throws {
        let command = RuleCommand.putOverride(PeerID(id), Data(#"{"state":"drain","reason":"r"}"#.utf8))
        #expect(
            try #require(throws: Problem.self) { try RuleSet().plan(command, at: Self.now) }.errors.map(\.pointer)
                == ["/peer"])
    }
}
