/// One group's share of a route.
package struct SplitEntry: Hashable, Sendable {
    package var group: String
    package var weight: Percent
    /// Of this entry's requests and responses, after the route's.
    package var requestHeaders: HeaderChanges?
    package var responseHeaders: HeaderChanges?

    package init(
        group: String, weight: Percent, requestHeaders: HeaderChanges? = nil, responseHeaders: HeaderChanges? = nil
    ) {
        self.group = group
        self.weight = weight
        self.requestHeaders = requestHeaders
        self.responseHeaders = responseHeaders
    }
}

extension SplitEntry: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case group, weight, requestHeaders = "request_headers", responseHeaders = "response_headers"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        group = try fields.required(.group, or: "-")
        weight = try fields.required(.weight, or: .zero)
        requestHeaders = try fields.optional(.requestHeaders)
        responseHeaders = try fields.optional(.responseHeaders)
    }
}
