internal import Foundation
package import RoutingModel

/// One request to the admin API.
package struct AdminRequest: Sendable {
    package var method: String
    package var path: RequestPath
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8]?
    /// What the server may take on top of the connection's own limit: it was asked to wait.
    package var patience: Duration = .zero

    package init(_ method: String, _ path: RequestPath) {
        self.method = method
        self.path = path
    }

    /// The same with a JSON body.
    package func with(
        _ document: JSONValue, as type: String = "application/json"
    ) throws -> AdminRequest {
        var copy = self
        copy.body = Array(try CanonicalJSON.data(document))
        copy.headers.append(("Content-Type", type))
        return copy
    }

    /// The same with a header; none when `value` is nil.
    package func with(header name: String, _ value: String?) -> AdminRequest {
        guard let value else { return self }
        var copy = self
        copy.headers.append((name, value))
        return copy
    }
}
