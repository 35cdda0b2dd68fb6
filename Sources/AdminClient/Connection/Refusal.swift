internal import Foundation
package import RoutingModel

/// An answer that is not what was asked for: a problem document (RFC 9457), or whatever else came with its status.
package struct Refusal: Hashable, Sendable {
    package let status: Int
    /// For programs, e.g. `precondition_failed`; empty when the answer is no problem document.
    package let code: String
    /// A sentence.
    package let detail: String
    package let errors: [FieldProblem]
    /// Seconds after which it may be tried again.
    package let retryAfter: Int?

    /// How many fields are named to a person.
    private static let listed = 10

    package init(status: Int, code: String, detail: String, errors: [FieldProblem] = [], retryAfter: Int? = nil) {
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.retryAfter = retryAfter
    }

    private struct Document: Decodable {
        let code: String
        let detail: String
        let errors: [FieldProblem]?
    }

    /// - Parameter body: the answer's body, as much of it as was read.
    package init(status: Int, headers: [String: String], body: [UInt8]) {
        let retryAfter = headers["retry-after"].flatMap { Int($0) }
        if let document = try? JSONDecoder().decode(Document.self, from: Data(body)) {
            self.init(
                status: status, code: document.code, detail: document.detail, errors: document.errors ?? [],
                retryAfter: retryAfter)
            return
        }
        var detail = "The server answered \(status), and not as Signalbox does: is this its address?"
        if (300..<400).contains(status) {
            detail = "The server answered \(status) and points to \(headers["location"] ?? "another place")."
        }
        self.init(status: status, code: "", detail: detail, retryAfter: retryAfter)
    }

    /// The same, with where the token stood that was not accepted.
    func naming(_ place: String) -> Refusal {
        Refusal(
            status: status, code: code, detail: "The server doesn't accept the token in \(place): \(detail)",
            errors: errors, retryAfter: retryAfter)
    }

    var lines: [String] {
        let isTold = detail.contains("again")
        var lines = [retryAfter.map { isTold ? detail : "\(detail) Try again in \($0) s." } ?? detail]
        lines += errors.prefix(Self.listed).map { "  \($0.pointer.isEmpty ? "(document)" : $0.pointer) \($0.message)" }
        if errors.count > Self.listed { lines.append("  … and \(errors.count - Self.listed) more") }
        return lines
    }
}
