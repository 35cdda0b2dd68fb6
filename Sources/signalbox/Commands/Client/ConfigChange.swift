import AdminClient
import ArgumentParser
import RoutingModel

/// A change of many rules at once: first what it would do, then exactly that.
struct ConfigChange {
    let session: ClientSession
    let options: WriteOptions
    /// Whether nobody needs to be asked.
    let isAgreed: Bool
    /// Whether somebody is asked even if nothing is taken away.
    var alwaysAsks = false

    /// - Parameters:
    ///   - ifRevision: the revision that the operator has seen; nil for the newest.
    ///   - request: the change with these wishes.
    func run(
        ifRevision: Int?, _ verb: String, _ request: (WriteOptions) throws -> AdminRequest
    ) async throws {
        let tag = ifRevision.map { "\"\($0)\"" }
        let dryRun = try request(options.asDryRun).with(header: "If-Match", tag)
        let plan = try await session.connection.send(dryRun).json()
        if options.dryRun { return try session.finishPlan(plan) }
        let changes = plan["changes"]?.items ?? []
        guard !changes.isEmpty else {
            if session.format == .table { return try session.console.done("nothing to change") }
            return try session.show(["changes": []]) { _ in }
        }
        if session.format == .table { try session.show(plan) { $0.plan(plan) } }
        if alwaysAsks || Page.isDestructive(plan) {
            if session.format != .table, session.console.isInteractive, !isAgreed {
                session.console.preview { $0.plan(plan) }
            }
            try session.console.confirm("Go on?", unless: isAgreed)
        }
        let base = tag ?? plan["base_revision"]?.int.map { "\"\($0)\"" }
        let answer: AdminAnswer
        do {
            answer = try await session.connection.send(try request(options).with(header: "If-Match", base))
        } catch ClientFailure.refused(let refusal) where refusal.status == 412 && ifRevision == nil {
            throw ClientFailure.failed(
                "The rules were changed by somebody else meanwhile; nothing was changed. Try again.")
        }
        try session.finish(answer, options) { _ in verb }
    }
}
