internal import HTTPTypes

/// Every method and path that the admin API answers: what is registered, what 405 tells, and what `openapi.yaml` lists.
struct Endpoint: Hashable, Sendable {
    let method: HTTPRequest.Method
    /// `{name}` stands for one segment.
    let path: String

    static let all: [Endpoint] = [
        Endpoint(.get, "/healthz"),
        Endpoint(.get, "/readyz"),
        Endpoint(.get, "/metrics"),
        Endpoint(.get, "/openapi.yaml"),
        Endpoint(.get, "/openapi.json"),
        Endpoint(.get, "/docs"),
        Endpoint(.get, "/v1/groups"),
        Endpoint(.post, "/v1/groups"),
        Endpoint(.get, "/v1/groups/{name}"),
        Endpoint(.put, "/v1/groups/{name}"),
        Endpoint(.delete, "/v1/groups/{name}"),
        Endpoint(.get, "/v1/routes"),
        Endpoint(.post, "/v1/routes"),
        Endpoint(.get, "/v1/routes/{name}"),
        Endpoint(.put, "/v1/routes/{name}"),
        Endpoint(.delete, "/v1/routes/{name}"),
        Endpoint(.put, "/v1/routes/{name}/weights"),
        Endpoint(.get, "/v1/services"),
        Endpoint(.get, "/v1/services/{name}"),
        Endpoint(.post, "/v1/services/{name}/accept"),
        Endpoint(.get, "/v1/peers"),
        Endpoint(.delete, "/v1/peers/{id}/damping"),
        Endpoint(.get, "/v1/peers/{id}/history"),
        Endpoint(.get, "/v1/peers/{id}/override"),
        Endpoint(.put, "/v1/peers/{id}/override"),
        Endpoint(.delete, "/v1/peers/{id}/override"),
        Endpoint(.get, "/v1/overrides"),
        Endpoint(.get, "/v1/config"),
        Endpoint(.put, "/v1/config"),
        Endpoint(.patch, "/v1/config"),
        Endpoint(.get, "/v1/revisions"),
        Endpoint(.get, "/v1/revisions/{number}"),
        Endpoint(.get, "/v1/revisions/{number}/diff/{other}"),
        Endpoint(.post, "/v1/revisions/{number}/rollback"),
        Endpoint(.get, "/v1/backup"),
        Endpoint(.get, "/v1/routing"),
        Endpoint(.get, "/v1/routing/stream"),
        Endpoint(.get, "/v1/audit"),
        Endpoint(.get, "/v1/audit/export"),
        Endpoint(.get, "/v1/audit/stream"),
        Endpoint(.get, "/v1/audit/verify"),
        Endpoint(.get, "/v1/audit/{id}"),
        Endpoint(.get, "/v1/explain"),
        Endpoint(.post, "/v1/explain"),
        Endpoint(.get, "/v1/workers"),
        Endpoint(.post, "/v1/workers/{id}/nack"),
    ]

    init(_ method: HTTPRequest.Method, _ path: String) {
        self.method = method
        self.path = path
    }

    /// What `path` takes, for `Allow` (RFC 9110 section 10.2.1); empty when it is no path of the API.
    static func methods(for path: String) -> [String] {
        let segments = path.split(separator: "/")
        let methods = all.filter { endpoint in
            let pattern = endpoint.path.split(separator: "/")
            return pattern.count == segments.count
                && zip(pattern, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }.map(\.method.rawValue)
        return methods.enumerated().filter { methods.firstIndex(of: $0.element) == $0.offset }.map(\.element).flatMap {
            $0 == "GET" ? ["GET", "HEAD"] : [$0]
        }
    }
}
