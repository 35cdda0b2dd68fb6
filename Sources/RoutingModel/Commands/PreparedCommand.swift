internal import Foundation

/// A command whose documents have been read: what is left to do depends on the rules in force.
package enum PreparedCommand: Sendable {
    case createGroup(RuleDraft<Group>)
    case putGroup(RuleDraft<Group>)
    case deleteGroup(String)
    case createRoute(RuleDraft<Route>)
    case putRoute(RuleDraft<Route>)
    case deleteRoute(String)
    case setWeights(route: String, WeightsDocument)
    case putOverride(RuleDraft<OverrideDocument>)
    case deleteOverride(PeerID)
    /// Takes away the overrides whose time is over.
    case expireOverrides
    case replaceConfig(ConfigDraft)
    case mergeConfig(ConfigDraft)
    /// Makes the rules what they were.
    case rollback(to: Int, RuleSet)
}

extension RuleCommand {
    /// Reads the command's documents. Pure, and what takes time: it belongs where it holds nobody else up.
    /// - Throws: `Problem`.
    package func prepared() throws -> PreparedCommand {
        switch self {
        case .createGroup(let data): return .createGroup(try .group(data, name: nil))
        case .putGroup(let name, let data):
            try Self.check(name, of: "group")
            return .putGroup(try .group(data, name: name))
        case .deleteGroup(let name): return .deleteGroup(name)
        case .createRoute(let data): return .createRoute(try .route(data, name: nil))
        case .putRoute(let name, let data):
            try Self.check(name, of: "route")
            return .putRoute(try .route(data, name: name))
        case .deleteRoute(let name): return .deleteRoute(name)
        case .setWeights(let route, let data):
            let problems = ProblemList()
            let document = try StrictDecoding.decode(WeightsDocument.self, from: data, problems: problems)
            try RuleSet.refuse("weights document", problems)
            guard let document else { throw Problem(.invalid, "The weights document is not valid.") }
            return .setWeights(route: route, document)
        case .putOverride(let peer, let data):
            return .putOverride(try .override(data, peer: peer.description))
        case .deleteOverride(let peer): return .deleteOverride(peer)
        case .expireOverrides: return .expireOverrides
        case .replaceConfig(let draft): return .replaceConfig(draft)
        case .mergeConfig(let draft): return .mergeConfig(draft)
        case .rollback(let revision, let rules): return .rollback(to: revision, rules)
        }
    }

    private static func check(_ name: String, of what: String) throws {
        guard !RuleName.isValid(name) else { return }
        throw Problem(
            .invalid, "'\(name)' can't be the name of a \(what).",
            errors: [FieldProblem(pointer: "/name", code: "invalid_value", message: RuleName.rule)])
    }
}
