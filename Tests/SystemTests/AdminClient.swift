import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import RoutingModel
import TestKit

/// The admin API as an operator's script uses it.
struct AdminClient: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let text: String

        var json: JSONValue { (try? CanonicalJSON.decode(JSONValue.self, from: text)) ?? .null }

        /// The `items` of a list.
        var items: [JSONValue] {
            guard case .array(let items)? = json["items"] else { return [] }
            return items
        }
    }

    let url: String
    let token: String

    func get(_ path: String) async throws -> Answer { try await send("GET", path, nil) }
    func put(_ path: String, _ body: JSONValue) async throws -> Answer { try await send("PUT", path, body) }
    func post(_ path: String, _ body: JSONValue) async throws -> Answer { try await send("POST", path, body) }
    func delete(_ path: String) async throws -> Answer { try await send("DELETE", path, nil) }

    func send(_ method: String, _ path: String, _ body: JSONValue?) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = .RAW(value: method)
        request.headers.add(name: "authorization", value: "Bearer \(token)")
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(data: try CanonicalJSON.data(body)))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let text = String(buffer: try await response.body.collect(upTo: 64 << 20))
        return Answer(
            status: Int(response.status.code),
            headers: Dictionary(
                response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { a, _ in a }),
            text: text)
    }

    /// A canary of tag `v2` at `weight` percent, the rest to tag `v1`, for host star.test, sticky by x-user.
    func createStarRules(canary weight: Int64 = 5) async throws {
        for (name, tag) in [("star-stable", "v1"), ("star-canary", "v2")] {
            try await expect(201, put("/v1/groups/\(name)", ["consul": ["service": "star", "tags": [.string(tag)]]]))
        }
        try await expect(
            201,
            put(
                "/v1/routes/star",
                [
                    "match": ["hosts": ["star.test"]], "sticky": ["header": "x-user"],
                    "split": [
                        ["group": "star-canary", "weight": .integer(weight)],
                        ["group": "star-stable", "weight": .integer(100 - weight)],
                    ],
                ]))
    }

    private func expect(_ status: Int, _ answer: Answer) throws {
        guard answer.status == status else {
            throw TestFailure("expected \(status), got \(answer.status): \(answer.text)")
        }
    }
}
