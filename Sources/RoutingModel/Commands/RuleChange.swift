/// One object of the rule set before and after a command.
package enum RuleChange: Hashable, Sendable {
    case group(name: String, before: StoredRule<Group>?, after: StoredRule<Group>?)
    case route(name: String, before: StoredRule<Route>?, after: StoredRule<Route>?)
    /// `name` is the peer's id.
    case override(name: String, before: StoredRule<Override>?, after: StoredRule<Override>?)

    package var name: String {
        switch self {
        case .group(let name, _, _), .route(let name, _, _), .override(let name, _, _): return name
        }
    }

    /// The document, as text.
    package var before: String? {
        switch self {
        case .group(_, let before, _): return before?.document
        case .route(_, let before, _): return before?.document
        case .override(_, let before, _): return before?.document
        }
    }

    package var after: String? {
        switch self {
        case .group(_, _, let after): return after?.document
        case .route(_, _, let after): return after?.document
        case .override(_, _, let after): return after?.document
        }
    }

    /// What it is about: `group`, `route` or `override`.
    package var what: String {
        switch self {
        case .group: return "group"
        case .route: return "route"
        case .override: return "override"
        }
    }

    /// The kind under which it stands in the ledger.
    package var kind: LedgerKind {
        switch self {
        case .group(_, nil, _): return .groupCreated
        case .group(_, _, nil): return .groupDeleted
        case .group: return .groupUpdated
        case .route(_, nil, _): return .routeCreated
        case .route(_, _, nil): return .routeDeleted
        case .route: return .routeUpdated
        case .override: return .peerOverride
        }
    }

    package var action: RuleAction {
        if before == nil { return .created }
        return after == nil ? .deleted : .updated
    }
}
