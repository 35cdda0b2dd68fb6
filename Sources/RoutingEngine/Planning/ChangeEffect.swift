package import RoutingModel

/// What changed rules mean for traffic.
package struct ChangeEffect: Sendable {
    // Filled in by `between`.

    /// - Parameters:
    ///   - changes: what becomes of the rules.
    ///   - before: the rules resolved as they are, and `after`, as they would be.
    ///   - catalog: what is known now; a service that nobody has asked about yet is not in it, or pending.
    package static func between(
        _ changes: [RuleChange], before: Resolution, after: Resolution, catalog: Catalog
    ) -> ChangeEffect {
        ChangeEffect()
    }
}
