internal import HTTPTypes
internal import RoutingModel

/// Every method and path that the admin API answers: what is registered, what 405 tells, and what `openapi.yaml` lists.
struct Endpoint: Hashable, Sendable {
    let method: HTTPRequest.Method
    /// `{name}` stands for one segment.
    let path: String
    /// Who may use it; nil: nobody has said, so only administrators may.
    let access: EndpointAccess?
    /// Bodies larger than this, in bytes, are refused with 413.
    let bodyLimit: Int

    static let usualBodyLimit = 1 << 20
    /// A document of ten thousand routes has some megabytes.
    private static let configurationLimit = 64 << 20

    static let all: [Endpoint] = [
        Endpoint(.get, "/healthz", .open),
        Endpoint(.get, "/readyz", .open),
        Endpoint(.get, "/metrics", .open),
        Endpoint(.get, "/openapi.yaml", .open),
        Endpoint(.get, "/openapi.json", .open),
        Endpoint(.get, "/docs", .open),
        Endpoint(.get, "/v1/groups", .viewer),
        Endpoint(.post, "/v1/groups", .operator),
        Endpoint(.get, "/v1/groups/{name}", .viewer),
        Endpoint(.put, "/v1/groups/{name}", .operator),
        Endpoint(.delete, "/v1/groups/{name}", .operator),
        Endpoint(.get, "/v1/routes", .viewer),
        Endpoint(.post, "/v1/routes", .operator),
        Endpoint(.get, "/v1/routes/{name}", .viewer),
        Endpoint(.put, "/v1/routes/{name}", .operator),
        Endpoint(.delete, "/v1/routes/{name}", .operator),
        Endpoint(.put, "/v1/routes/{name}/weights", .operator),
        Endpoint(.get, "/v1/routes/{name}/stats", .viewer),
        Endpoint(.get, "/v1/services", .viewer),
        Endpoint(.get, "/v1/services/{name}", .viewer),
        Endpoint(.post, "/v1/services/{name}/accept", .operator),
        Endpoint(.get, "/v1/peers", .viewer),
        Endpoint(.delete, "/v1/peers/{id}/damping", .operator),
        Endpoint(.get, "/v1/peers/{id}/history", .viewer),
        Endpoint(.get, "/v1/peers/{id}/override", .viewer),
        Endpoint(.put, "/v1/peers/{id}/override", .operator),
        Endpoint(.delete, "/v1/peers/{id}/override", .operator),
        Endpoint(.get, "/v1/overrides", .viewer),
        Endpoint(.get, "/v1/config", .viewer),
        Endpoint(.put, "/v1/config", .operator, bodyLimit: configurationLimit),
        Endpoint(.patch, "/v1/config", .operator, bodyLimit: configurationLimit),
        Endpoint(.get, "/v1/revisions", .viewer),
        Endpoint(.get, "/v1/revisions/{number}", .viewer),
        Endpoint(.get, "/v1/revisions/{number}/diff/{other}", .viewer),
        Endpoint(.post, "/v1/revisions/{number}/rollback", .operator),
        Endpoint(.get, "/v1/backup", .admin),
        Endpoint(.get, "/v1/routing", .routing),
        Endpoint(.get, "/v1/routing/stream", .routing),
        Endpoint(.get, "/v1/audit", .viewer),
        Endpoint(.get, "/v1/audit/export", .viewer),
        Endpoint(.get, "/v1/audit/stream", .viewer),
        Endpoint(.get, "/v1/audit/verify", .viewer),
        Endpoint(.get, "/v1/audit/{id}", .viewer),
        Endpoint(.get, "/v1/explain", .viewer),
        Endpoint(.post, "/v1/explain", .viewer),
        Endpoint(.get, "/v1/workers", .viewer),
        Endpoint(.post, "/v1/workers/{id}/nack", .worker),
        Endpoint(.post, "/v1/workers/{id}/report", .worker, bodyLimit: WorkerReport.Limit.bytes),
        Endpoint(.get, "/v1/tokens", .admin),
        Endpoint(.post, "/v1/tokens", .admin),
        Endpoint(.get, "/v1/tokens/{name}", .admin),
        Endpoint(.delete, "/v1/tokens/{name}", .admin),
        Endpoint(.get, "/v1/whoami", .anyone),
    ]

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: EndpointAccess? = nil,
        bodyLimit: Int = usualBodyLimit
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.bodyLimit = bodyLimit
    }

    /// The largest body that any endpoint takes.
    static let largestBody = all.map(\.bodyLimit).max() ?? usualBodyLimit

    private static let byPath = Dictionary(grouping: all, by: \.path)

    /// The endpoint of a path as it was registered; `HEAD` is `GET`.
    static func find(_ method: HTTPRequest.Method, _ path: String) -> Endpoint? {
        let method = method == .head ? .get : method
        return byPath[path]?.first { $0.method == method }
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
