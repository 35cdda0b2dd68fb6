internal import ControlPlane
internal import HTTPTypes
internal import Hummingbird
internal import RoutingModel

/// Carries out what operators want of the rules, or plans it: the same for every kind of rule.
struct RuleWriter {
    enum Outcome {
        /// It was carried out.
        case done(CommandResult, AppliedReport?)
        /// Only a plan was asked for: the answer is ready.
        case planned(Response)
    }

    let controlPlane: ControlPlane

    func write(_ command: RuleCommand, _ options: WriteOptions, _ context: AdminContext) async throws -> Outcome {
        if options.isDryRun {
            let plan = try await controlPlane.plan(
                command, author: context.author, precondition: options.precondition)
            return .planned(try .json(PlanDocument(plan)))
        }
        let result = try await controlPlane.execute(
            command, author: context.author, reason: options.reason, precondition: options.precondition)
        return .done(result, await options.barrier?.report(on: result, controlPlane))
    }

    static func headers(_ result: CommandResult, etag: String? = nil) -> HTTPFields {
        var headers: HTTPFields = [
            .signalboxRevision: "\(result.revision)", .signalboxIndex: "\(result.index)",
        ]
        headers[.eTag] = etag
        return headers
    }
}

extension AdminContext {
    /// Who asks, and what they may touch.
    var author: Author { Author(actor, scopes: principal?.scopes.prefixes ?? []) }
}
