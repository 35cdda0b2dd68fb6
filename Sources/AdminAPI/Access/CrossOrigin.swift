internal import HTTPTypes
internal import Hummingbird

/// What pages of other origins may read (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol): nothing, unless
/// their origin is listed. Credentials of the browser's are never allowed; a page has to have a token.
struct CrossOrigin: Sendable {
    private let origins: Set<String>

    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE"
    private static let requestFields =
        "Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID, X-Change-Message, X-Request-Id"
    private static let exposedFields =
        "ETag, Location, Retry-After, X-Request-Id, X-Signalbox-Index, X-Signalbox-Revision"

    /// - Parameter origins: such as `https://console.test`; empty: nobody.
    init(_ origins: [String] = []) { self.origins = Set(origins) }

    /// The answer to a preflight; nil when `request` is none, or is from an origin that isn't listed.
    func preflight(_ request: Request) -> Response? {
        guard request.method == .options, let origin = request.headers[.origin], origins.contains(origin),
            request.headers[.accessControlRequestMethod] != nil
        else { return nil }
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: Self.methods, .accessControlAllowHeaders: Self.requestFields,
                .accessControlMaxAge: "600",
            ])
    }

    /// Adds to an answer who may read it.
    func mark(_ response: inout Response, to request: Request) {
        guard !origins.isEmpty else { return }
        // A cache must not give one origin what is marked for another.
        let varying =
            request.method == .options
            ? "Origin, Access-Control-Request-Method, Access-Control-Request-Headers" : "Origin"
        response.headers[.vary] = response.headers[.vary].map { "\($0), \(varying)" } ?? varying
        guard let origin = request.headers[.origin], origins.contains(origin) else { return }
        response.headers[.accessControlAllowOrigin] = origin
        if request.method != .options { response.headers[.accessControlExposeHeaders] = Self.exposedFields }
    }
}
