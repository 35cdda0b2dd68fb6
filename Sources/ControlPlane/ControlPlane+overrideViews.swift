package import RoutingEngine
package import RoutingModel

extension ControlPlane {
    /// Overrides as operators see them, by what is known now.
    ///
    /// Their peers are looked for outside the actor, in one pass for all of them.
    package nonisolated func views(of overrides: [StoredRule<Override>]) async -> [OverrideView] {
        let (resolution, catalog) = await resolvedAndKnown
        return OverrideView.views(of: overrides, in: resolution, catalog: catalog)
    }

    private var resolvedAndKnown: (Resolution, Catalog) { (resolution, catalog) }
}
