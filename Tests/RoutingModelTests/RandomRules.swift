import Foundation
import HashTreeCollections
import RoutingModel

/// Rules that change at random, with every revision remembered.
struct RandomRules {
    private(set) var history: [RuleSet] = [RuleSet()]
    private(set) var now = Timestamp(milliseconds: 1_000_000_000)
    private var generator: Generator

    var rules: RuleSet { history[history.count - 1] }

    init(seed: UInt64) { generator = Generator(state: seed) }

    /// Splitmix64: the same seed gives the same rules.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
    mutating func chance(_ percent: Int) -> Bool { number(0..<100) < percent }

    /// Carries out commands until one changes something; what is refused is passed over.
    mutating func step() {
        while true {
            now = now.adding(.seconds(number(1..<100)))
            let author = "token:\(chance(50) ? "ada" : "bob")"
            guard let changes = try? rules.plan(command(), by: author, at: now), !changes.isEmpty else { continue }
            take(changes)
            return
        }
    }

    mutating func take(_ changes: [RuleChange]) {
        var next = rules
        next.apply(changes, revision: rules.revision + 1)
        history.append(next)
    }

    private mutating func command() throws -> RuleCommand {
        let (group, route) = ("g\(number(0..<6))", "r\(number(0..<6))")
        let peer = PeerID("n\(number(0..<3))~a/\"\(number(0..<3))")
        switch number(0..<12) {
        case 0, 1, 2: return .putGroup(group, data(groupDocument()))
        case 3: return .deleteGroup(group)
        case 4, 5, 6: return .putRoute(route, data(routeDocument()))
        case 7: return .deleteRoute(route)
        case 8: return .putOverride(peer, data(overrideDocument()))
        case 9: return chance(50) ? .deleteOverride(peer) : .expireOverrides
        case 10:
            let deleted = chance(40) ? #","\#(route)":null"# : ""
            return .mergeConfig(
                try ConfigDraft(
                    data(
                        #"{"groups":{"\#(group)":\#(groupDocument())},"routes":{"r9":\#(routeDocument())\#(deleted)}}"#),
                    mayDelete: true))
        default: return .rollback(to: 0, history[number(0..<history.count)])
        }
    }

    private func data(_ text: String) -> Data { Data(text.utf8) }

    private mutating func groupDocument() -> String {
        chance(50)
            ? #"{"consul":{"service":"s\#(number(0..<3))","tags":["é","v\#(number(0..<3))"]},"description":"a/b \u00e9"}"#
            : #"{"peers":[{"address":"10.0.0.1","port":\#(number(1..<4)),"weight":1.0}]\#(groupSettings())}"#
    }

    private mutating func routeDocument() -> String {
        let share = number(0..<10_001)
        let (one, other) = (number(0..<3), number(3..<6))
        return #"{"split":[{"group":"g\#(one)","weight":\#(Double(share) / 100)},"#
            + #"{"weight":\#(Double(10_000 - share) / 100),"group":"g\#(other)"}],"#
            + #""priority":\#(number(0..<3))\#(chance(50) ? #","sticky":{"source_ip":true}"# : "")\#(routeSettings())}"#
    }

    private mutating func groupSettings() -> String {
        chance(30) ? #","max_connections":\#(number(1..<9)),"slow_start":"1m0\#(number(1..<9))s","tls":{}"# : ""
    }

    private mutating func routeSettings() -> String {
        chance(30) ? #","mirror":{"percent":5.0,"group":"g\#(number(0..<6))"},"retry":{"on":["reset"]}"# : ""
    }

    private mutating func overrideDocument() -> String {
        let end = chance(50) ? #","expires_in":"\#(number(1..<600))s""# : ""
        return #"{"state":"\#(chance(50) ? "drain" : "disabled")","reason":"why \#(number(0..<3))"\#(end)}"#
    }
}

extension RuleSet {
    /// The document of all rules, as it is exported.
    var exported: String {
        get throws {
            func section(_ documents: [String: String]) throws -> JSONValue {
                .object(try documents.mapValues { try CanonicalJSON.decode(JSONValue.self, from: $0) })
            }
            let documents = documents
            return try CanonicalJSON.text(
                JSONValue.object([
                    "groups": try section(documents.groups), "routes": try section(documents.routes),
                    "overrides": try section(documents.overrides),
                ]))
        }
    }

    /// What operators wrote, by name.
    var documents: (groups: [String: String], routes: [String: String], overrides: [String: String]) {
        var all: (groups: [String: String], routes: [String: String], overrides: [String: String]) = ([:], [:], [:])
        for (name, rule) in groups { all.groups[name] = rule.document }
        for (name, rule) in routes { all.routes[name] = rule.document }
        for (name, rule) in overrides { all.overrides[name] = rule.document }
        return all
    }
}
