internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RoutingModel

/// Reads a JSON body.
enum RequestBodyReader {
    /// - Throws: `Problem` `unsupported_media_type` or `body_too_large`.
    static func json(_ request: Request, _ context: AdminContext) async throws -> Data {
        let type = request.headers[.contentType]?.split(separator: ";").first?.lowercased()
            .trimmingCharacters(in: .whitespaces)
        guard let type, type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json")) else {
            throw Problem(
                .unsupportedMediaType,
                "The body must be JSON with 'Content-Type: application/json'\(type.map { ", not '\($0)'" } ?? "").")
        }
        if let length = request.headers[.contentLength].flatMap(Int.init), length > context.maxUploadSize {
            throw ProblemStatus.tooLarge(limit: context.maxUploadSize)
        }
        let buffer = try await request.body.collect(upTo: context.maxUploadSize)
        return Data(buffer.readableBytesView)
    }

    /// Reads a document of an own type; unknown fields and wrong types are refused by name.
    static func decode<T: Decodable>(
        _ type: T.Type, _ request: Request, _ context: AdminContext, what: String
    ) async throws -> T {
        let data = try await json(request, context)
        let problems = ProblemList()
        guard let value = try StrictDecoding.decode(type, from: data, problems: problems), problems.isEmpty else {
            throw Problem(.invalid, "The \(what) is not valid.", errors: problems.problems)
        }
        return value
    }
}
