internal import HashTreeCollections
internal import RoutingModel

extension Resolution {
    /// What becomes of `request` by these rules and peers, be they those in force, planned or past ones.
    /// - Parameters:
    ///   - index: of the snapshot that had them; 0 when that isn't known.
    ///   - revision: of the rules.
    /// - Throws: `CompileError`, when no worker could use the routes that come into question either.
    package func explain(
        _ request: RequestFacts, index: Int = 0, revision: Int
    ) throws(CompileError) -> Explanation {
        try snapshot(index: index, revision: revision).explain(request, groups: groups)
    }
}
