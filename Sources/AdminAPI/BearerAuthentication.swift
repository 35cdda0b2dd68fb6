internal import HTTPTypes
internal import Hummingbird
internal import RoutingModel

/// Lets requests through whose bearer token (RFC 6750 section 2.1) opens the endpoint, and ends what is still being
/// sent when the token ends.
struct BearerAuthentication: RouterMiddleware {
    typealias Context = AdminContext
    let book: TokenBook

    func handle(
        _ request: Request, context: AdminContext, next: (Request, AdminContext) async throws -> Response
    ) async throws -> Response {
        let principal = try book.authenticate(request.headers[.authorization], from: context.address).get()
        let endpoint = Endpoint.find(request.method, context.endpointPath ?? "")
        let access = endpoint?.access ?? .admin
        guard access.admits(principal.role) else { throw Self.refusal(principal, access) }
        var context = context
        context.principal = principal
        context.actor = principal.actor
        context.maxUploadSize = endpoint?.bodyLimit ?? Endpoint.usualBodyLimit
        var response = try await next(request, context)
        if response.body.contentLength == nil, let grant = principal.grant {
            response.body = Self.ending(response.body, with: grant, context)
        }
        return response
    }

    private static func refusal(_ principal: Principal, _ access: EndpointAccess) -> Problem {
        Problem(
            .forbidden,
            "This needs the role '\(access.role.rawValue)'; the token '\(principal.name)' has the role "
                + "'\(principal.role.rawValue)'.")
    }

    /// `body`, cut off with its connection when the token ends: a stream may last for days.
    private static func ending(_ body: ResponseBody, with grant: TokenGrant, _ context: AdminContext) -> ResponseBody {
        let channel = context.channel
        return ResponseBody { writer in
            let watch = grant.whenEnded { channel.close(promise: nil) }
            defer { grant.forget(watch) }
            try await body.write(writer)
        }
    }
}
