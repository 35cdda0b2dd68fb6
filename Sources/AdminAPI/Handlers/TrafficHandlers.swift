internal import ControlPlane
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import RoutingModel

/// What workers tell of their traffic, and what is asked of it.
struct TrafficHandlers {
    let controlPlane: ControlPlane

    /// What recent numbers cover when the question doesn't say.
    static let defaultWindow = Duration.seconds(60)
    private static let shortestWindow = TrafficBook.slotLength

    func register(_ v1: RouterGroup<AdminContext>) {
        v1.post("workers/{id}/report") { try await report($0, $1) }
        v1.get("routes/{name}/stats") { try await stats($0, $1) }
    }

    private func report(_ request: Request, _ context: AdminContext) async throws -> Response {
        try QueryParameters.refuseAll(request)
        let id = try context.segment("id")
        let data = try await RequestBodyReader.json(request, context)
        try await controlPlane.take(try WorkerReport(plain: data) ?? Self.strictly(data), from: id)
        return Response(status: .noContent)
    }

    private static func strictly(_ data: Data) throws -> WorkerReport {
        let problems = ProblemList()
        guard let report = try StrictDecoding.decode(WorkerReport.self, from: data, problems: problems),
            problems.isEmpty
        else { throw Problem(.invalid, "The report is not valid.", errors: problems.problems) }
        return report
    }

    private func stats(_ request: Request, _ context: AdminContext) async throws -> Response {
        let query = QueryParameters(request, known: ["window"])
        let asked = query.duration("window", countingAtMost: TrafficBook.longestWindow) ?? Self.defaultWindow
        let window = max(asked, Self.shortestWindow)
        try query.check()
        return try .json(try await controlPlane.traffic(ofRoute: try context.segment("name"), within: window))
    }
}
