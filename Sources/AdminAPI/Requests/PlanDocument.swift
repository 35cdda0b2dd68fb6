internal import ControlPlane
internal import RoutingEngine
internal import RoutingModel

/// What a dry run answers.
struct PlanDocument: Encodable {
    private let isDryRun = true
    private let baseRevision: Int
    private let changes: [RevisionChange]
    private let effect: ChangeEffect
    private let warnings: [PlanWarning]

    init(_ plan: ChangePlan) throws {
        baseRevision = plan.baseRevision
        changes = try plan.changes.map { try RevisionChange($0) }
        effect = plan.effect
        warnings = plan.effect.warnings
    }

    enum CodingKeys: String, CodingKey {
        case isDryRun = "dry_run", baseRevision = "base_revision", changes, effect, warnings
    }
}
