internal import Foundation
package import RoutingModel

/// A successful answer of the admin API.
package struct AdminAnswer: Sendable {
    package let status: Int
    /// By name in lower case.
    package let headers: [String: String]
    package let body: [UInt8]

    package init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package var etag: String? { headers["etag"] }
    /// The revision of the rules after a write.
    package var revision: Int? { headers["x-signalbox-revision"].flatMap { Int($0) } }
    /// The first snapshot that has a write.
    package var index: Int? { headers["x-signalbox-index"].flatMap { Int($0) } }

    /// The body as a tree; `null` for an empty one.
    /// - Throws: `ClientFailure` when it is not JSON.
    package func json() throws(ClientFailure) -> JSONValue {
        if body.isEmpty { return .null }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(body)) else {
            throw .failed("The server's answer is not JSON: is this the address of its admin API?")
        }
        return value
    }

    package var text: String { String(decoding: body, as: UTF8.self) }
}
