package import RoutingEngine
package import RoutingModel

/// What a command would do: computed as if it were carried out, and nothing stored.
package struct ChangePlan: Sendable {
    package let baseRevision: Int
    package let changes: [RuleChange]
    package let effect: ChangeEffect
}
