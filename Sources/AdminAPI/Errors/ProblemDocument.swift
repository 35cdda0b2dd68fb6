internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RoutingModel

/// A problem document (RFC 9457).
struct ProblemDocument: Encodable {
    let type = "about:blank"
    let title: String
    let status: Int
    let code: String
    let detail: String
    let errors: [FieldProblem]
    let requestID: String?

    init(_ problem: Problem, requestID: String? = RequestID.current) {
        let status = ProblemStatus.status(of: problem.code)
        title = status.reasonPhrase
        self.status = status.code
        code = problem.code.rawValue
        detail = problem.detail
        errors = problem.errors
        self.requestID = requestID
    }

    enum CodingKeys: String, CodingKey {
        case type, title, status, code, detail, errors
        case requestID = "request_id"
    }
}

extension Problem {
    /// This refusal as an answer.
    func response(adding fields: HTTPFields = [:]) -> Response {
        var headers = fields
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        if let currentRevision { headers[.eTag] = "\"\(currentRevision)\"" }
        if code == .unauthorized { headers[.wwwAuthenticate] = "Bearer realm=\"signalbox\"" }
        // A document of strings and integers can't fail to encode; if it ever did, the status still tells.
        let bytes = (try? CanonicalJSON.data(ProblemDocument(self))).map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
        return Response(status: ProblemStatus.status(of: code), headers: headers, body: .init(byteBuffer: bytes))
    }
}
