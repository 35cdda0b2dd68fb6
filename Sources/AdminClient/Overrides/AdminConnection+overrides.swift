internal import RoutingModel

extension AdminConnection {
    /// How often somebody else's change of the same override may come in between.
    private static let attempts = 3

    /// Changes what operators say of a peer, on top of exactly what they say now.
    /// - Parameter write: the request for a method and a path, with what else the operator wishes.
    /// - Returns: the answer; nil when there was no override, and none is wanted.
    package func edit(
        _ edit: OverrideEdit, of peer: String, _ write: (String, RequestPath) -> AdminRequest
    ) async throws -> AdminAnswer? {
        let path = RequestPath("v1", "peers", peer, "override")
        var attempt = 1
        while true {
            let existing = try await find(path)
            let request: AdminRequest
            if let document = edit.document(over: try existing?.json()) {
                request = try write("PUT", path).with(document)
                    .with(header: "If-None-Match", existing == nil ? "*" : nil)
            } else {
                guard existing != nil else { return nil }
                request = write("DELETE", path)
            }
            do {
                return try await send(request.with(header: "If-Match", existing?.etag))
            } catch ClientFailure.refused(let refusal) where refusal.status == 412 && attempt < Self.attempts {
                attempt += 1
            }
        }
    }
}
