internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RoutingModel

/// Reads a JSON body.
enum RequestBodyReader {
    /// - Throws: `Problem` `unsupported_media_type` or `body_too_large`.
    static func json(_ request: Request, _ context: AdminContext) async throws -> Data {
        let type = mediaType(request)
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

    /// Reads a document that may be YAML.
    /// - Parameter mayMerge: whether `application/merge-patch+json` (RFC 7396) is what the endpoint does.
    /// - Throws: `Problem` `unsupported_media_type` or `body_too_large`.
    static func document(
        _ request: Request, _ context: AdminContext, mayMerge: Bool
    ) async throws -> (data: Data, isYAML: Bool) {
        let type = mediaType(request)
        let isYAML = type.map(YAMLText.mediaTypes.contains) ?? false
        guard let type, isYAML || type == "application/json" || (mayMerge && type == "application/merge-patch+json")
        else {
            throw Problem(
                .unsupportedMediaType,
                "The body must be JSON or YAML, with a Content-Type that says which"
                    + "\(type.map { ", not '\($0)'" } ?? "").")
        }
        if let length = request.headers[.contentLength].flatMap(Int.init), length > context.maxUploadSize {
            throw ProblemStatus.tooLarge(limit: context.maxUploadSize)
        }
        let buffer = try await request.body.collect(upTo: context.maxUploadSize)
        return (Data(buffer.readableBytesView), isYAML)
    }

    private static func mediaType(_ request: Request) -> String? {
        request.headers[.contentType]?.split(separator: ";").first?.lowercased().trimmingCharacters(in: .whitespaces)
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
