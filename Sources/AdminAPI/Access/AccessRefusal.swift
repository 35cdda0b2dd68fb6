internal import HTTPTypes
internal import Hummingbird
internal import RoutingModel

/// Why a request isn't let in.
enum AccessRefusal: Error, Hashable {
    /// There is no bearer token.
    case missing
    /// It opens nothing, or nothing any more.
    case wrong
    /// Too many wrong ones came from that address: seconds to wait.
    case blocked(Int)

    var problem: Problem {
        switch self {
        case .missing, .wrong:
            Problem(.unauthorized, "Everything under /v1 asks for 'Authorization: Bearer <token>'.")
        case .blocked(let seconds):
            Problem(
                .tooManyRequests,
                "Too many wrong tokens came from this address; it can try again in \(seconds) seconds.")
        }
    }

    func response() -> Response {
        if case .blocked(let seconds) = self { return problem.response(adding: [.retryAfter: "\(seconds)"]) }
        return problem.response()
    }
}
