/// How long a route's requests may take; nil is the worker's own.
package struct RouteTimeouts: Hashable, Sendable, Codable {
    /// For making a connection to a peer.
    package var connect: RuleDuration?
    /// From the end of the request to the head of the response.
    package var response: RuleDuration?
    /// Without a byte moving in the middle of a body.
    package var idle: RuleDuration?
    /// From the end of the request's head to the end of the response, retries included.
    package var total: RuleDuration?

    package init(
        connect: RuleDuration? = nil, response: RuleDuration? = nil, idle: RuleDuration? = nil,
        total: RuleDuration? = nil
    ) {
        self.connect = connect
        self.response = response
        self.idle = idle
        self.total = total
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case connect, response, idle, total }
}

extension RouteTimeouts {
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        connect = try fields.optional(.connect)
        response = try fields.optional(.response)
        idle = try fields.optional(.idle)
        total = try fields.optional(.total)
    }
}
