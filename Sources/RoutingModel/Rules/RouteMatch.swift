/// Which requests a route is for: all of its parts must hold.
package struct RouteMatch: Hashable, Sendable {
    /// Any one of them; empty is any host.
    package var hosts: [HostPattern]
    package var path: PathMatch
    /// Any one of them, upper case, compared exactly; empty is any method.
    package var methods: [String]
    /// All of them. A header that is there several times counts as its values joined by "," (RFC 9110 section 5.3).
    package var headers: [ValueMatch]
    /// All of them, against the first parameter of the name, as sent: nothing is percent-decoded.
    package var query: [ValueMatch]

    package init(
        hosts: [HostPattern] = [], path: PathMatch = .all, methods: [String] = [], headers: [ValueMatch] = [],
        query: [ValueMatch] = []
    ) {
        self.hosts = hosts
        self.path = path
        self.methods = methods
        self.headers = headers
        self.query = query
    }

    /// How many conditions there are beside host and path: more of them go first.
    package var conditionCount: Int { headers.count + query.count + (methods.isEmpty ? 0 : 1) }
}

extension RouteMatch: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case hosts, path, methods, headers, query }

    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, as: CodingKeys.self)
        hosts = try fields.optional(.hosts, default: [])
        path = try fields.optional(.path, default: .all)
        methods = try fields.optional(.methods, default: [])
        headers = try fields.optional(.headers, default: [])
        query = try fields.optional(.query, default: [])
    }
}
