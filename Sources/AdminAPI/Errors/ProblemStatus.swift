internal import HTTPTypes
internal import Hummingbird
internal import RoutingEngine
internal import RoutingModel

/// The one place where errors become HTTP answers.
enum ProblemStatus {
    /// The HTTP status of each kind of refusal.
    static func status(of code: Problem.Code) -> HTTPResponse.Status {
        switch code {
        case .malformedJSON, .invalidQuery: return .badRequest
        case .invalid: return .unprocessableContent
        case .notFound: return .notFound
        case .alreadyExists, .inUse, .conflict: return .conflict
        case .preconditionFailed: return .preconditionFailed
        case .gone: return .gone
        case .unauthorized: return .unauthorized
        case .forbidden: return .forbidden
        case .methodNotAllowed: return .methodNotAllowed
        case .unsupportedMediaType: return .unsupportedMediaType
        case .bodyTooLarge: return .contentTooLarge
        case .unavailable: return .serviceUnavailable
        case .internalError: return .internalServerError
        case .badRequest: return .badRequest
        case .tooManyRequests: return .tooManyRequests
        case .misdirected: return .misdirectedRequest
        case .requestTimeout: return .requestTimeout
        case .headerTooLarge: return .requestHeaderFieldsTooLarge
        }
    }

    /// Whatever was thrown, as a refusal. What nobody foresaw is an internal error, whose details go to the log only.
    static func problem(for error: any Error) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let error as CompileError:
            return Problem(.unavailable, "The current snapshot can't be used: \(error.reason).")
        case let error as HTTPError where error.status == .contentTooLarge:
            return bodyTooLarge
        case let error as HTTPError where error.status == .badRequest:
            return Problem(.invalidQuery, error.body ?? "The request can't be read.")
        default:
            return Problem(.internalError, "Signalbox could not answer; its log says why.")
        }
    }

    static let bodyTooLarge = tooLarge(limit: Endpoint.usualBodyLimit)

    /// - Parameter limit: in bytes.
    static func tooLarge(limit: Int) -> Problem {
        let size = limit % (1 << 20) == 0 ? "\(limit >> 20) MiB" : "\(limit) bytes"
        return Problem(.bodyTooLarge, "The body is larger than \(size).")
    }
}
