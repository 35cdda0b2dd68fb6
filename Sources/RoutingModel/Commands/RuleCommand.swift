package import Foundation

/// What an operator wants of the rules. Documents are JSON as received.
package enum RuleCommand: Sendable {
    case createGroup(Data)
    case putGroup(String, Data)
    case deleteGroup(String)
    case createRoute(Data)
    case putRoute(String, Data)
    case deleteRoute(String)
    /// `{"<group>": <percent>, …}`: new weights for a route's split; groups that are left out get 0.
    case setWeights(route: String, Data)
    case putOverride(PeerID, Data)
    case deleteOverride(PeerID)
    /// Takes away the overrides whose time is over; Signalbox's own.
    case expireOverrides
    /// Makes the rules exactly what the document says.
    case replaceConfig(ConfigDraft)
    /// Creates, replaces and deletes what the document names.
    case mergeConfig(ConfigDraft)
    /// Makes the rules what they were at a revision.
    case rollback(to: Int, RuleSet)
}
