package import RoutingEngine
internal import RoutingModel

extension ControlPlane {
    /// What a worker that has the newest snapshot does with `request`, and why.
    ///
    /// What it takes is compiled outside the actor: a question must not hold up changes.
    /// - Throws: `CompileError`, when no worker could use the routes that come into question either.
    package nonisolated func explain(_ request: RequestFacts) async throws -> Explanation {
        let (snapshot, groups) = await (current.snapshot, currentGroups)
        return try snapshot.explain(request, groups: groups)
    }
}
