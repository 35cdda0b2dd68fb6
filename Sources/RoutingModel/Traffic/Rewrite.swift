/// What a peer sees in place of what the client asked for.
package struct Rewrite: Hashable, Sendable, Codable {
    /// In place of the prefix by which the route matched; only for routes that match by prefix.
    package var pathPrefix: String?
    /// In place of the Host header.
    package var host: String?

    package init(pathPrefix: String? = nil, host: String? = nil) {
        self.pathPrefix = pathPrefix
        self.host = host
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case pathPrefix = "path_prefix", host }
}

extension Rewrite {
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        pathPrefix = try fields.optional(.pathPrefix)
        host = try fields.optional(.host)
    }
}
