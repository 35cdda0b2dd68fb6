internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import RoutingModel

/// Turns whatever a handler throws into a problem document, and the router's bare 404 into 401, 405 or 404.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = AdminContext
    let book: TokenBook

    func handle(
        _ request: Request, context: AdminContext, next: (Request, AdminContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as HTTPError where error.status == .notFound {
            return unrouted(request, context)
        } catch let refusal as AccessRefusal {
            return refusal.response()
        } catch let error as NIOTooManyBytesError {
            return ProblemStatus.tooLarge(limit: error.maxBytes ?? Endpoint.usualBodyLimit).response()
        } catch {
            let problem = ProblemStatus.problem(for: error)
            if problem.code == .internalError {
                context.logger.error("A request failed unexpectedly", metadata: ["error": "\(error)"])
            }
            return problem.response()
        }
    }

    /// No endpoint has this method and path. Without a token nobody learns which paths there are.
    private func unrouted(_ request: Request, _ context: AdminContext) -> Response {
        let path = request.uri.path
        if path.split(separator: "/").first == "v1",
            case .failure(let refusal) = book.authenticate(request.headers[.authorization], from: context.address)
        {
            return refusal.response()
        }
        let methods = Endpoint.methods(for: path)
        guard !methods.isEmpty else {
            return Problem(.notFound, "There is nothing at \(path).").response()
        }
        return Problem(.methodNotAllowed, "\(path) takes \(methods.joined(separator: ", ")).")
            .response(adding: [.allow: methods.joined(separator: ", ")])
    }
}
