internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// The outermost of all: gives each request its id, and each answer the fields that all answers have.
struct RequestFrame: RouterMiddleware {
    typealias Context = AdminContext
    let origins: CrossOrigin

    func handle(
        _ request: Request, context: AdminContext, next: (Request, AdminContext) async throws -> Response
    ) async throws -> Response {
        let id = RequestID.of(request.headers[.requestID])
        var context = context
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: "request_id"] = .string(id)
        let inner = context
        var response = try await RequestID.$current.withValue(id) { try await next(request, inner) }
        response.headers[.requestID] = id
        // A browser must not take JSON for something that it runs.
        response.headers[.xContentTypeOptions] = "nosniff"
        origins.mark(&response, to: request)
        return response
    }
}
