internal import HTTPTypes
internal import Hummingbird
internal import RoutingModel

/// Lets only requests with the bearer token (RFC 6750 section 2.1) through.
struct BearerAuthentication: RouterMiddleware {
    typealias Context = AdminContext
    let token: AdminToken

    static let refusal = Problem(
        .unauthorized, "Everything under /v1 asks for 'Authorization: Bearer <admin token>'.")

    static func isAuthorized(_ request: Request, _ token: AdminToken) -> Bool {
        guard let value = request.headers[.authorization] else { return false }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        return token.matches(parts[1].trimmingBlanks())
    }

    func handle(
        _ request: Request, context: AdminContext, next: (Request, AdminContext) async throws -> Response
    ) async throws -> Response {
        guard Self.isAuthorized(request, token) else { throw Self.refusal }
        var context = context
        context.actor = "token:admin"
        return try await next(request, context)
    }
}

extension Substring {
    fileprivate func trimmingBlanks() -> String {
        var text = self
        while text.last == " " { text.removeLast() }
        return String(text.drop { $0 == " " })
    }
}
