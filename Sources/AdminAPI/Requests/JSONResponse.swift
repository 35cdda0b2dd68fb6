internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RoutingModel

extension Response {
    /// An answer of JSON text.
    static func json(
        _ text: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        json(ByteBuffer(string: text), status: status, headers: headers)
    }

    static func json(
        _ bytes: ByteBuffer, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: .init(byteBuffer: bytes))
    }

    /// The reader has it already (RFC 9110 section 15.4.5).
    static func notModified(etag: String) -> Response {
        Response(status: .notModified, headers: [.eTag: etag, .cacheControl: "no-cache"])
    }

    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        json(try CanonicalJSON.text(value), status: status, headers: headers)
    }

    /// `{"items": […], "next": "…"}` of items that are JSON text.
    static func list(_ items: some Sequence<String>, next: String?) -> Response {
        json(listText(items, next: next))
    }

    static func listText(_ items: some Sequence<String>, next: String?) -> String {
        // A cursor has nothing that JSON would escape.
        "{\"items\":[\(items.joined(separator: ","))]\(next.map { ",\"next\":\"\($0)\"" } ?? "")}"
    }
}

extension HTTPField.Name {
    /// The index of the snapshot that the answer is about.
    static var signalboxIndex: HTTPField.Name { .signalbox("X-Signalbox-Index") }
    /// The revision of the rules after a write.
    static var signalboxRevision: HTTPField.Name { .signalbox("X-Signalbox-Revision") }
    /// Why a write is made: the ledger's `reason`.
    static var changeMessage: HTTPField.Name { .signalbox("X-Change-Message") }

    private static func signalbox(_ name: String) -> HTTPField.Name {
        // The names above are tokens, so the fallback is never taken.
        HTTPField.Name(name) ?? .server
    }
}
