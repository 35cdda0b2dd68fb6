package import RoutingModel

/// What a change of the rules means for traffic, with what is known of the peers now. Pure; in JSON the member `effect`
/// of a plan.
package struct ChangeEffect: Hashable, Sendable {
    /// The routes that change, and those whose groups have become empty or have got peers; by name.
    package let routes: [RouteEffect]
    /// The groups that change, and those of peers whose overrides change; by name.
    package let groups: [GroupEffect]
    /// The groups that have usable peers now and would have none, and new ones without any; sorted.
    package let emptied: [String]
    /// As the caller gave them; empty when workers wouldn't notice the change.
    package let workers: [WorkerImpact]
    /// What an operator should look at before the change is made; a plan shows it beside `effect`. By place and code;
    /// the first `warningLimit`.
    package let warnings: [PlanWarning]

    /// More than anybody reads.
    package static let warningLimit = 1_000

    /// - Parameters:
    ///   - changes: what becomes of the rules.
    ///   - rules: the rules as they would be.
    ///   - before: the rules resolved as they are, and `after`, as they would be.
    ///   - catalog: what is known now; a service that nobody has asked about yet is not in it, or pending.
    ///   - workers: which workers will not take up a change, and why.
    package static func between(
        _ changes: [RuleChange], rules: RuleSet, before: Resolution, after: Resolution, catalog: Catalog,
        workers: [WorkerImpact] = []
    ) -> ChangeEffect {
        let change = PlannedChange(changes, rules: rules, before: before, after: after, catalog: catalog)
        let groups = change.groupEffects()
        let routes = change.routeEffects(groups)
        let warnings =
            change.groupWarnings(groups) + change.routeWarnings(routes) + change.overrideWarnings()
            + ShadowSearch(change).warnings()
        return ChangeEffect(
            routes: routes, groups: groups, emptied: groups.filter(\.isEmptied).map(\.name),
            workers: before.digest == after.digest ? [] : workers,
            warnings: Array(
                warnings.sorted { ($0.pointer, $0.code, $0.message) < ($1.pointer, $1.code, $1.message) }
                    .prefix(warningLimit)))
    }
}

extension ChangeEffect: Encodable {
    enum CodingKeys: String, CodingKey { case routes, groups, emptied, workers }
}
