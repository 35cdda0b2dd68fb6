import HTTPTypes
import HummingbirdTesting
import NIOCore
import RoutingModel
import Testing

/// What the admin API answered.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let body: String

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        body = String(buffer: response.body)
    }

    /// The body as a tree; null when it is no JSON.
    var json: JSONValue { (try? CanonicalJSON.decode(JSONValue.self, from: body)) ?? .null }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

    /// The items of a list.
    var items: [JSONValue] { json["items"]?.items ?? [] }

    /// One member of each item of a list.
    func items(_ member: String) -> [String] { items.compactMap { $0[member]?.text } }

    var next: String? { json["next"]?.text }

    /// `pointer code` of each error that a problem document lists.
    var errors: [String] {
        (json["errors"]?.items ?? []).map { "\($0["pointer"]?.text ?? "?") \($0["code"]?.text ?? "?")" }
    }

    /// Checks that this is a problem document (RFC 9457) of the status and the code, with these errors: each as
    /// `pointer code`, in any order; nil when they don't matter.
    func expectProblem(
        _ status: Int,
        _ code: String,
        _ errors: [String]? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(self.status == status, "\(body)", sourceLocation: sourceLocation)
        #expect(headers[.contentType] == "application/problem+json", sourceLocation: sourceLocation)
        #expect(json["status"]?.int == status, sourceLocation: sourceLocation)
        #expect(json["code"]?.text == code, "\(body)", sourceLocation: sourceLocation)
        #expect(json["type"]?.text == "about:blank", sourceLocation: sourceLocation)
        #expect(json["title"]?.text?.isEmpty == false, sourceLocation: sourceLocation)
        #expect(json["detail"]?.text?.isEmpty == false, sourceLocation: sourceLocation)
        for error in json["errors"]?.items ?? [] {
            #expect(error["message"]?.text?.isEmpty == false, sourceLocation: sourceLocation)
        }
        if let errors { #expect(self.errors.sorted() == errors.sorted(), "\(body)", sourceLocation: sourceLocation) }
    }
}

extension JSONValue {
    var items: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var int: Int? { if case .integer(let number) = self { Int(number) } else { nil } }
    var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    var members: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }
    var texts: [String]? { items?.compactMap(\.text) }
}
