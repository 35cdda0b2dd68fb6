package import RoutingEngine
package import RoutingModel

/// Rules and peers as they were.
package struct PastState: Sendable {
    package let rules: RuleSet
    package let catalog: Catalog
    package let resolution: Resolution
    /// A snapshot that had it; 0 when the ledger doesn't tell.
    package let index: Int
}
