internal import RoutingModel

/// A request by its facts: for `explain`, for tests, and for any engine that has no cheaper form.
package struct RequestFacts: RoutableRequest, Sendable {
    package let method: String
    package let host: String
    package let path: String
    package let query: String
    package let sourceIP: String
    private let headers: [String: String]

    /// - Parameters:
    ///   - authority: the Host header as sent, port and all.
    ///   - target: path and query as sent.
    ///   - headers: in order; names in any case.
    package init(
        method: String = "GET", authority: String, target: String = "/", headers: [(name: String, value: String)] = [],
        sourceIP: String = "127.0.0.1"
    ) {
        self.method = method
        host = HostPattern.normalize(authority)
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = parts.first.map(String.init) ?? "/"
        query = parts.count == 2 ? String(parts[1]) : ""
        self.sourceIP = IPAddress(sourceIP)?.description ?? sourceIP
        var joined: [String: String] = [:]
        for (name, value) in headers.map({ ($0.name.lowercased(), $0.value) }) {
            joined[name] = joined[name].map { "\($0)\(name == "cookie" ? "; " : ",")\(value)" } ?? value
        }
        self.headers = joined
    }

    package func header(_ lowercasedName: String) -> String? { headers[lowercasedName] }
}
