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
}
