/// A group's share of a route, in buckets of 10,000.
package struct SnapshotSplit: Hashable, Sendable, Codable {
    package let group: String
    package let buckets: Int
    /// Of this entry's requests and responses, after the route's.
    package let requestHeaders: HeaderChanges?
    package let responseHeaders: HeaderChanges?

    package init(
        group: String, buckets: Int, requestHeaders: HeaderChanges? = nil, responseHeaders: HeaderChanges? = nil
    ) {
        self.group = group
        self.buckets = buckets
        self.requestHeaders = requestHeaders
        self.responseHeaders = responseHeaders
    }

    enum CodingKeys: String, CodingKey {
        case group, buckets, requestHeaders = "request_headers", responseHeaders = "response_headers"
    }
}
