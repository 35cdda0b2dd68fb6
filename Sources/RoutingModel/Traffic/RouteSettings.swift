/// What becomes of a route's requests on their way, beyond where they go. Nil everywhere is the worker's own way.
package struct RouteSettings: Hashable, Sendable, Codable {
    package var retry: RetryPolicy?
    package var timeouts: RouteTimeouts?
    package var rewrite: Rewrite?
    package var requestHeaders: HeaderChanges?
    package var responseHeaders: HeaderChanges?
    package var mirror: Mirror?

    package init(
        retry: RetryPolicy? = nil, timeouts: RouteTimeouts? = nil, rewrite: Rewrite? = nil,
        requestHeaders: HeaderChanges? = nil, responseHeaders: HeaderChanges? = nil, mirror: Mirror? = nil
    ) {
        self.retry = retry
        self.timeouts = timeouts
        self.rewrite = rewrite
        self.requestHeaders = requestHeaders
        self.responseHeaders = responseHeaders
        self.mirror = mirror
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case retry, timeouts, rewrite, requestHeaders = "request_headers", responseHeaders = "response_headers", mirror
    }
}

extension RouteSettings {
    /// Reads its members of a route's object: whoever reads the route says which members nobody knows.
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self, isWhole: false)
        retry = try fields.optional(.retry)
        timeouts = try fields.optional(.timeouts)
        rewrite = try fields.optional(.rewrite)
        requestHeaders = try fields.optional(.requestHeaders)
        responseHeaders = try fields.optional(.responseHeaders)
        mirror = try fields.optional(.mirror)
    }
}
