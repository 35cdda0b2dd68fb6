internal import HTTPTypes
internal import Hummingbird
internal import RoutingModel

/// Refuses what is meant for another host, and answers browsers that ask whether they may ask.
struct RequestGate: RouterMiddleware {
    typealias Context = AdminContext
    let hosts: HostRule
    let origins: CrossOrigin

    func handle(
        _ request: Request, context: AdminContext, next: (Request, AdminContext) async throws -> Response
    ) async throws -> Response {
        if let host = request.head.authority, !host.isEmpty, !hosts.allows(host) { throw Self.misdirected(host) }
        if let answer = origins.preflight(request) { return answer }
        return try await next(request, context)
    }

    static func misdirected(_ host: String) -> Problem {
        Problem(
            .misdirected,
            "This server is not '\(host.prefix(255))'; if it should be, --admin-host says so when it is started.")
    }
}
