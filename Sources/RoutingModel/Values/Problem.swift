/// Why a command or a question was refused. The admin API turns it into a problem document (RFC 9457).
package struct Problem: Error, Hashable, Sendable {
    /// The kinds of refusal; each maps to one HTTP status in the admin API's `ProblemStatus`.
    package enum Code: String, Sendable, CaseIterable {
        case malformedJSON = "malformed_json"
        case invalid = "invalid"
        case invalidQuery = "invalid_query"
        case notFound = "not_found"
        case alreadyExists = "already_exists"
        case inUse = "in_use"
        case conflict = "conflict"
        case preconditionFailed = "precondition_failed"
        case gone = "gone"
        case unauthorized = "unauthorized"
        case forbidden = "forbidden"
        case methodNotAllowed = "method_not_allowed"
        case unsupportedMediaType = "unsupported_media_type"
        case bodyTooLarge = "body_too_large"
        case unavailable = "unavailable"
        case internalError = "internal_error"
        case badRequest = "bad_request"
        case tooManyRequests = "too_many_requests"
        case misdirected = "misdirected"
        case requestTimeout = "request_timeout"
        case headerTooLarge = "header_too_large"
    }

    package let code: Code
    /// One sentence for a person.
    package let detail: String
    package let errors: [FieldProblem]
    /// The revision of what a precondition was about, as it is now; nil when there is none.
    package var currentRevision: Int?

    package init(_ code: Code, _ detail: String, errors: [FieldProblem] = [], currentRevision: Int? = nil) {
        self.code = code
        self.detail = detail
        self.errors = errors
        self.currentRevision = currentRevision
    }
}

extension Problem: CustomStringConvertible {
    package var description: String {
        let fields = errors.map { "\($0.pointer.isEmpty ? "(document)" : $0.pointer) \($0.message)" }
        return fields.isEmpty ? detail : "\(detail) \(fields.joined(separator: "; "))"
    }
}
